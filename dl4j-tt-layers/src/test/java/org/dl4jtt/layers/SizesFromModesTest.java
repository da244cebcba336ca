package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** nIn and nOut follow from the modes where nothing else says what they are. */
class SizesFromModesTest {
  private static final TensorForm FORM =
      TensorForm.of(
          Tensorization.matrix(Scheme.PAIRED, List.of(4, 3), List.of(3, 5)), List.of(1, 2, 1));

  static Stream<FeedForwardLayer> layers() {
    return Stream.of(
        new TTDense.Builder().inputModes(3, 5).outputModes(4, 3).ranks(2).build(),
        new TRDense.Builder().inputModes(3, 5).outputModes(4, 3).ranks(2).build(),
        new TTConv.Builder(3, 3).inputModes(3, 5).outputModes(4, 3).ranks(2).build(),
        new TRConv.Builder(3, 3).inputModes(3, 5).outputModes(4, 3).ranks(2).build(),
        new TTLSTM.Builder().inputModes(3, 5).outputModes(4, 3).ranks(2).build(),
        new TRLSTM.Builder().inputModes(3, 5).outputModes(4, 3).ranks(2).build(),
        new TTEmbedding.Builder().inputModes(3, 5).outputModes(4, 3).ranks(2).build(),
        new TTDense.Builder().form(FORM).build());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void modesAlone_areEnough(FeedForwardLayer layer) {
    assertThat(layer.getNIn()).isEqualTo(15);
    assertThat(layer.getNOut()).isEqualTo(12);
    assertThat(((TensorLayer) layer).getForm()).isNotNull();
  }

  @Test
  void formOfAnLstm_hasFourGates() {
    TTLSTM lstm = new TTLSTM.Builder().form(FORM).build();
    assertThat(lstm.getNIn()).isEqualTo(15);
    assertThat(lstm.getNOut()).isEqualTo(3);
  }

  private static MultiLayerNetwork network(TTDense layer, InputType... input) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder().list().layer(layer).layer(new LossLayer());
    if (input.length > 0) {
      list.setInputType(input[0]);
    }
    MultiLayerNetwork net = new MultiLayerNetwork(list.build());
    net.init();
    return net;
  }

  private static TTDense example() { // the example of TTDense and of the README
    return new TTDense.Builder().inputModes(4, 7, 7, 4).outputModes(4, 5, 5, 4).ranks(4).build();
  }

  @Test
  void theExample_runs_withAndWithoutAnInputType() {
    assertThat(network(example()).output(Nd4j.ones(DataType.FLOAT, 2, 784)).shape())
        .containsExactly(2, 400);
    assertThat(
            network(example(), InputType.feedForward(784))
                .output(Nd4j.ones(DataType.FLOAT, 2, 784))
                .shape())
        .containsExactly(2, 400);
  }

  @Test
  void inputTypeThatDiffers_isRefused() {
    assertThatThrownBy(() -> network(example(), InputType.feedForward(785)))
        .hasStackTraceContaining("inputModes 4x7x7x4 = 784 but nIn = 785");
  }
}
