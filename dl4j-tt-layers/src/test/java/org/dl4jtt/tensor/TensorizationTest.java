package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class TensorizationTest {

  static List<Tensorization> tensorizations() {
    return List.of(
        Tensorization.matrix(Scheme.PAIRED, List.of(2, 3), List.of(4, 5)),
        Tensorization.matrix(Scheme.PAIRED, List.of(7), List.of(3)),
        Tensorization.matrix(Scheme.SEPARATED, List.of(2, 3), List.of(4, 1, 5)),
        Tensorization.kernel(Scheme.PAIRED, List.of(2, 3), 3, 2, List.of(3, 2)),
        Tensorization.kernel(Scheme.SEPARATED, List.of(4), 2, 3, List.of(3, 2)),
        Tensorization.kernel(Scheme.SEPARATED, List.of(2, 2), 1, 1, List.of(1)));
  }

  @ParameterizedTest
  @MethodSource("tensorizations")
  void everyWeight_isWhereTheDefinitionPutsIt(Tensorization t) {
    INDArray numbered = Dense.random(1, t.parameterShape());
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      for (INDArray parameter : layouts(numbered.castTo(type))) {
        INDArray tensor = t.toTensor(parameter);

        assertThat(tensor.shape()).isEqualTo(Reorder.longs(t.modes()));
        assertThat(tensor.dataType()).isEqualTo(type);
        for (long i = 0; i < parameter.length(); i++) {
          long[] place = Dense.index(i, parameter.shape());
          assertThat(tensor.getDouble(tensorIndex(t, place))).isEqualTo(parameter.getDouble(place));
        }
        INDArray back = parameter.ulike();
        t.toParameter(tensor, back);
        assertThat(back).isEqualTo(parameter);
        INDArray view = layouts(Nd4j.zeros(type, t.parameterShape())).get(2);
        t.toParameter(tensor.dup('f'), view);
        assertThat(view).isEqualTo(parameter);
      }
    }
  }

  /** 'c', 'f' and a view that is neither contiguous nor at the start of its buffer. */
  private static List<INDArray> layouts(INDArray a) {
    long[] larger = a.shape().clone();
    larger[0] += 2;
    larger[1] += 3;
    INDArray view =
        Nd4j.create(a.dataType(), larger)
            .get(NDArrayIndex.interval(1, 1 + a.size(0)), NDArrayIndex.interval(2, 2 + a.size(1)));
    view.assign(a);
    return List.of(a.dup('c'), a.dup('f'), view);
  }

  /** The definition: indices split into digits, the last fastest, and joined as the scheme says. */
  private static long[] tensorIndex(Tensorization t, long[] place) {
    long o = t.isKernel() ? place[0] : place[1];
    long i = t.isKernel() ? place[1] : place[0];
    long position = t.isKernel() ? place[2] * t.kernel().get(1) + place[3] : 0;
    long[] outputs = Dense.index(o, Reorder.longs(t.outputModes()));
    long[] inputs = Dense.index(i, Reorder.longs(t.inputModes()));
    long[] index = new long[t.modes().size()];
    int k = 0;
    if (t.scheme() == Scheme.SEPARATED) {
      for (long digit : outputs) {
        index[k++] = digit;
      }
      if (t.isKernel()) {
        index[k++] = position;
      }
      for (long digit : inputs) {
        index[k++] = digit;
      }
    } else {
      if (t.isKernel()) {
        index[k++] = position;
      }
      for (int j = 0; j < outputs.length; j++) {
        index[k++] = outputs[j] * t.inputModes().get(j) + inputs[j];
      }
    }
    return index;
  }

  @Test
  void halfPrecision_goesThroughFloat() {
    Tensorization t = tensorizations().get(0);
    INDArray parameter = Dense.random(1, t.parameterShape()).castTo(DataType.FLOAT16);
    INDArray back = parameter.ulike();

    t.toParameter(t.toTensor(parameter), back);

    assertThat(back).isEqualTo(parameter);
  }

  @Test
  void aWeightOfAnotherShape_isRefused() {
    assertThatThrownBy(() -> tensorizations().get(0).toTensor(Dense.random(1, 6, 20)))
        .hasMessage(
            "a weight of shape [6, 20] was given, but PAIRED 2x3 by 4x5 describes one of [20, 6]");
  }
}
