package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.dl4jtt.tensor.RandomCores.Distribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** PAPERS mistake 7: cores whose product is hundreds of times too small do not learn. */
class RandomCoresTest {
  private static final Tensorization WEIGHT =
      Tensorization.matrix(Scheme.PAIRED, List.of(2, 3, 2), List.of(3, 2, 4));
  private static final List<TensorForm> FORMS =
      List.of(
          TensorForm.of(WEIGHT, List.of(1, 4, 4, 1)),
          TensorForm.of(WEIGHT, List.of(1, 1, 1, 1)),
          TensorForm.of(WEIGHT, List.of(3, 2, 4, 3)));

  @ParameterizedTest
  @EnumSource(Distribution.class)
  void theDenseWeight_hasTheStandardDeviationAskedFor(Distribution distribution) {
    for (TensorForm form : FORMS) {
      for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
        CoreChain cores = RandomCores.of(form, 0.05, distribution, 7, type);

        INDArray dense = Dense.full(cores);

        double rms = Dense.norm(dense) / Math.sqrt(dense.length());
        assertThat(rms).isCloseTo(0.05, within(1e-6)); // the cores are rounded to float
        assertThat(cores.ranks()).isEqualTo(form.ranks());
        assertThat(cores.dataType()).isEqualTo(type);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Distribution.class)
  void allCores_haveOneNorm(Distribution distribution) {
    CoreChain cores = RandomCores.of(FORMS.get(2), 1, distribution, 7, DataType.DOUBLE);

    double norm = Dense.norm(cores.cores().get(0));
    assertThat(cores.cores()).allMatch(core -> Math.abs(Dense.norm(core) - norm) < 1e-12 * norm);
  }

  @Test
  void orthogonalCores_haveOrthogonalColumnsOrRows() {
    CoreChain cores = RandomCores.of(FORMS.get(0), 1, Distribution.ORTHOGONAL, 7, DataType.DOUBLE);

    INDArray middle = cores.cores().get(1); // [4, 6, 4]: 24 rows, 4 columns
    double square = Math.pow(Dense.norm(middle), 2) / 4;
    for (int a = 0; a < 4; a++) {
      for (int b = 0; b < 4; b++) {
        double product = 0;
        for (int l = 0; l < 4; l++) {
          for (int i = 0; i < 6; i++) {
            product += middle.getDouble(l, i, a) * middle.getDouble(l, i, b);
          }
        }
        assertThat(product / square).isCloseTo(a == b ? 1 : 0, within(1e-12));
      }
    }
  }

  @Test
  void seeds_decide() {
    TensorForm form = FORMS.get(0);
    CoreChain one = RandomCores.of(form, 1, Distribution.NORMAL, 7, DataType.FLOAT);
    CoreChain same = RandomCores.of(form, 1, Distribution.NORMAL, 7, DataType.FLOAT);
    CoreChain other = RandomCores.of(form, 1, Distribution.NORMAL, 8, DataType.FLOAT);

    assertThat(one.cores()).isEqualTo(same.cores());
    assertThat(one.cores()).isNotEqualTo(other.cores());
  }

  @Test
  void noDeviation_isRefused() {
    assertThatThrownBy(
            () -> RandomCores.of(FORMS.get(0), 0, Distribution.NORMAL, 7, DataType.FLOAT))
        .hasMessage(
            "the standard deviation of a random weight must be positive and finite, got 0.0");
  }
}
