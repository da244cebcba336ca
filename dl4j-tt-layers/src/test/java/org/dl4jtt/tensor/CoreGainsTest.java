package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class CoreGainsTest {

  @ParameterizedTest(name = "modes {0}, {1}, {2}; ranks {3}, {4}, {5}")
  @CsvSource({"3,4,2,1,2,2", "1,5,3,1,1,3", "2,3,4,2,3,2", "4,2,3,3,1,2"})
  void gain_isTheSquaredNormOfTheJacobian(int n1, int n2, int n3, int r0, int r1, int r2) {
    Random random = new Random(7);
    List<INDArray> cores =
        List.of(core(random, r0, n1, r1), core(random, r1, n2, r2), core(random, r2, n3, r0));
    double[] gains = CoreGains.of(chain(cores));
    for (int k = 0; k < 3; k++) {
      assertThat(gains[k]).isCloseTo(squaredNormOfJacobian(cores, k), within(1e-10 * gains[k]));
    }
  }

  @Test
  void orthonormalInterfaces_haveGainOne() {
    Random random = new Random(3);
    TensorTrain train =
        new TensorTrain(
            List.of(core(random, 1, 6, 3), core(random, 3, 5, 2), core(random, 2, 4, 1)));
    double[] gains = CoreGains.of(train.leftOrthogonal());
    assertThat(gains[2]).isCloseTo(1, within(1e-12)); // all before the last are orthonormal
  }

  @Test
  void scalarFactors_haveTheSquareOfTheOther() {
    TensorTrain train =
        new TensorTrain(
            List.of(
                Nd4j.create(new double[] {3}, 1, 1, 1), Nd4j.create(new double[] {5}, 1, 1, 1)));
    assertThat(CoreGains.of(train)).containsExactly(25, 9);
  }

  /** Column by column: the change of the tensor when one entry of the core changes by 1. */
  private static double squaredNormOfJacobian(List<INDArray> cores, int k) {
    INDArray base = chain(cores).full();
    int length = (int) cores.get(k).length();
    double[][] jacobian = new double[(int) base.length()][length];
    for (int i = 0; i < length; i++) {
      List<INDArray> changed = new ArrayList<>(cores);
      INDArray core = cores.get(k).dup('c');
      core.data().put(i, core.data().getDouble(i) + 1);
      changed.set(k, core);
      double[] column = chain(changed).full().sub(base).dup('c').data().asDouble();
      for (int j = 0; j < column.length; j++) {
        jacobian[j][i] = column[j];
      }
    }
    double norm = new SingularValueDecomposition(new Array2DRowRealMatrix(jacobian)).getNorm();
    return norm * norm;
  }

  private static CoreChain chain(List<INDArray> cores) {
    return cores.get(0).size(0) == 1 ? new TensorTrain(cores) : new TensorRing(cores);
  }

  private static INDArray core(Random random, int left, int mode, int right) {
    double[] values = random.doubles((long) left * mode * right, -1, 1).toArray();
    return Nd4j.createFromArray(values).reshape('c', left, mode, right);
  }
}
