package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One test for both implementations. */
class SvdTest {

  static Stream<Arguments> cases() {
    INDArray lowRank = Nd4j.create(DataType.DOUBLE, 6, 9);
    for (int i = 0; i < 6; i++) {
      for (int j = 0; j < 9; j++) {
        lowRank.putScalar(i, j, (i + 1.0) * (j - 3.0));
      }
    }
    List<INDArray> matrices =
        List.of(
            Dense.random(1, 1, 1),
            Dense.random(2, 5, 5),
            Dense.random(3, 3, 40),
            Dense.random(4, 40, 3),
            Dense.random(5, 1, 7),
            Dense.random(6, 7, 1),
            Nd4j.zeros(DataType.DOUBLE, 4, 6),
            lowRank,
            Dense.random(7, 8, 8).mul(1e-150));
    return Stream.of(new JavaSvd(), new LapackSvd(new JavaSvd()))
        .flatMap(svd -> matrices.stream().map(matrix -> Arguments.of(svd, matrix)));
  }

  @ParameterizedTest(autoCloseArguments = false) // the implementations share the matrices
  @MethodSource("cases")
  void factorsAreOrthonormal_valuesFall_productIsTheMatrix(Svd svd, INDArray matrix) {
    INDArray before = matrix.dup();
    int m = (int) matrix.size(0);
    int n = (int) matrix.size(1);
    int k = Math.min(m, n);

    Svd.Factors factors = svd.of(matrix);

    assertThat(matrix).isEqualTo(before);
    assertThat(factors.u().shape()).containsExactly(m, k);
    assertThat(factors.vt().shape()).containsExactly(k, n);
    double largest = factors.s().getDouble(0);
    for (int a = 0; a < k; a++) {
      double s = factors.s().getDouble(a);
      assertThat(s).isNotNegative().isLessThanOrEqualTo(largest);
      for (int b = 0; b < k; b++) {
        double left = 0;
        for (int i = 0; i < m; i++) {
          left += factors.u().getDouble(i, a) * factors.u().getDouble(i, b);
        }
        double right = 0;
        for (int j = 0; j < n; j++) {
          right += factors.vt().getDouble(a, j) * factors.vt().getDouble(b, j);
        }
        double identity = a == b ? 1 : 0;
        assertThat(left).isCloseTo(identity, within(1e-13));
        assertThat(right).isCloseTo(identity, within(1e-13));
      }
    }
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double product = 0;
        for (int a = 0; a < k; a++) {
          product +=
              factors.u().getDouble(i, a) * factors.s().getDouble(a) * factors.vt().getDouble(a, j);
        }
        assertThat(product).isCloseTo(matrix.getDouble(i, j), within(1e-13 * largest));
      }
    }
  }

  /** Squares of the others leave the range of a double. */
  static Stream<Arguments> casesWithSquares() {
    return cases()
        .filter(
            c -> {
              double size = ((INDArray) c.get()[1]).norm1Number().doubleValue();
              return size == 0 || size > 1e-100;
            });
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("casesWithSquares")
  void gramMatrix_tellsSquaresAndVectorsOfEitherSide(Svd svd, INDArray matrix) {
    INDArray before = matrix.dup();
    double[] s = new JavaSvd().of(matrix).s().toDoubleVector();
    for (boolean rows : new boolean[] {true, false}) {
      Svd.Eigen gram = svd.ofGram(matrix, rows);

      assertThat(matrix).isEqualTo(before);
      int n = (int) matrix.size(rows ? 0 : 1);
      double[] squares = svd.squares(matrix, rows);
      double[] values = gram.values().toDoubleVector();
      assertThat(values).hasSize(n);
      assertThat(gram.vectors().shape()).containsExactly(n, n);
      for (int a = 0; a < n; a++) {
        double expected = a < s.length ? s[a] * s[a] : 0;
        Offset<Double> rounding = within(1e-13 * s[0] * s[0]);
        assertThat(values[a]).isNotNegative().isCloseTo(expected, rounding);
        assertThat(squares[a]).isNotNegative().isCloseTo(expected, rounding);
        // ‖vᵀA‖² is the eigenvalue, whatever the vectors of equal ones are
        double energy = 0;
        for (int j = 0; j < matrix.size(rows ? 1 : 0); j++) {
          double product = 0;
          for (int i = 0; i < n; i++) {
            product += gram.vectors().getDouble(a, i) * entry(matrix, rows, i, j);
          }
          energy += product * product;
        }
        assertThat(energy).isCloseTo(expected, rounding);
        for (int b = 0; b <= a; b++) {
          double inner = 0;
          for (int i = 0; i < n; i++) {
            inner += gram.vectors().getDouble(a, i) * gram.vectors().getDouble(b, i);
          }
          assertThat(inner).isCloseTo(a == b ? 1 : 0, within(1e-13));
        }
      }
    }
  }

  private static double entry(INDArray matrix, boolean rows, int i, int j) {
    return rows ? matrix.getDouble(i, j) : matrix.getDouble(j, i);
  }

  @Test
  void onTheCpuBackend_lapackIsChosen() {
    assertThat(Svd.best()).isInstanceOf(LapackSvd.class);
  }
}
