package org.dl4jtt.admm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.dl4jtt.constraint.ConstraintSet;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class AdmmStateTest {
  private static final double EXACT = 1e-14; // a handful of O(1) doubles

  /** Z is always the same array, whatever is projected. */
  private record Fixed(INDArray z) implements ConstraintSet {
    @Override
    public void project(INDArray weight, INDArray out) {
      out.assign(z);
    }
  }

  @Test
  void update_movesZThenU_andDoesNotSwapResiduals() {
    INDArray w = vector(3, 4);
    AdmmState state = AdmmState.start(w, new Fixed(vector(0, 0)), 2);

    AdmmUpdate first = state.update(w, new Fixed(vector(0, 1)), 1);

    assertThat(first.residuals().primal()).isCloseTo(Math.hypot(3, 3), within(EXACT)); // |W - Z|
    assertThat(first.residuals().dual()).isCloseTo(2 * 1, within(EXACT)); // rho |Z - Z_previous|
    assertThat(first.relativeDistance()).isCloseTo(Math.hypot(3, 3) / 5, within(EXACT));
    assertThat(first.relativeChange()).isCloseTo(1, within(EXACT));
    assertThat(first.energyKept()).isCloseTo(1 - 18.0 / 25, within(EXACT));
    assertThat(state.z()).isEqualTo(vector(0, 1));
    assertThat(state.u()).isEqualTo(vector(3, 3)); // U = 0 + W - Z
    state.update(w, new Fixed(vector(1, 1)), 1);
    assertThat(state.u()).isEqualTo(vector(5, 6));
  }

  @Test
  void projection_sees_WplusU_ofTheLastStep() {
    INDArray w = vector(3, 4);
    AdmmState state = AdmmState.start(w, new Fixed(vector(1, 1)), 2);
    state.update(w, new Fixed(vector(1, 1)), 1); // U = (2, 3)
    INDArray[] seen = new INDArray[1];
    ConstraintSet spy =
        new ConstraintSet() {
          @Override
          public void project(INDArray weight, INDArray out) {
            seen[0] = weight.dup();
            out.assign(weight);
          }
        };
    state.update(w, spy, 0.5);
    assertThat(seen[0]).isEqualTo(vector(2.5, 3.5));
  }

  @Test
  void rho_change_keepsTheMultiplier() {
    INDArray w = vector(3, 4);
    AdmmState state = AdmmState.start(w, new Fixed(vector(0, 0)), 2);
    state.update(w, new Fixed(vector(0, 0)), 1);
    INDArray y = state.u().mul(state.rho());

    state.setRho(8);

    assertThat(state.u().mul(state.rho())).isEqualTo(y);
    INDArray gradient = vector(0, 0);
    state.addPenaltyGradient(w, gradient, 1);
    assertThat(gradient).isEqualTo(vector(8 * 3 + 6, 8 * 4 + 8)); // rho (W - Z) + y
  }

  @Test
  void penalty_ofLargeArrays_isTheFormula_whateverTheirOrder() {
    int rows = 1_500;
    int columns = 1_500; // more than two blocks
    for (char order : new char[] {'c', 'f'}) {
      for (char gradientOrder : new char[] {'c', 'f'}) {
        INDArray w = Nd4j.rand(DataType.DOUBLE, rows, columns).dup(order);
        INDArray z = Nd4j.rand(DataType.DOUBLE, rows, columns).dup(order);
        INDArray u = Nd4j.rand(DataType.DOUBLE, rows, columns).dup(order);
        INDArray gradient = Nd4j.rand(DataType.DOUBLE, rows, columns).dup(gradientOrder);
        INDArray expected = gradient.add(w.sub(z).add(u).mul(3 * 0.5));

        AdmmState.of(z, u, 0.5).addPenaltyGradient(w, gradient, 3);

        assertThat(gradient.equalsWithEps(expected, 1e-12)).isTrue();
      }
    }
  }

  @Test
  void rho_thatIsNone_isRefused() {
    AdmmState state = AdmmState.start(vector(1, 1), new Fixed(vector(0, 0)), 1);
    for (double rho : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> state.setRho(rho)).hasMessageContaining("rho is " + rho);
    }
    assertThatThrownBy(() -> RhoSchedule.constant(0)).hasMessageContaining("rho is 0.0");
    assertThatThrownBy(() -> RhoSchedule.geometric(1, 0.5, 2))
        .hasMessageContaining("factor is 0.5");
  }

  @Test
  void failedProjection_leavesZandU() {
    INDArray w = vector(3, 4);
    AdmmState state = AdmmState.start(w, new Fixed(vector(0, 1)), 2);
    state.update(w, new Fixed(vector(0, 1)), 1);
    INDArray u = state.u().dup();
    ConstraintSet failing =
        new ConstraintSet() {
          @Override
          public void project(INDArray weight, INDArray out) {
            out.assign(7);
            throw new IllegalStateException("no convergence");
          }
        };
    assertThatThrownBy(() -> state.update(w, failing, 1)).hasMessage("no convergence");
    assertThat(state.z()).isEqualTo(vector(0, 1));
    assertThat(state.u()).isEqualTo(u);
  }

  @Test
  void scalarLasso_reachesSoftThreshold() {
    // min (w - a)²/2 + λ|z| subject to w = z: z = a - λ = 0.9. The W step is exact here.
    double a = 1.3;
    double lambda = 0.4;
    double rho = 1;
    INDArray w = vector(0);
    SoftThreshold set = new SoftThreshold(lambda / rho);
    AdmmState state = AdmmState.start(w, set, rho);
    int iterations = 0;
    AdmmUpdate last;
    do {
      double target = state.z().getDouble(0) - state.u().getDouble(0);
      w.putScalar(0, (a + rho * target) / (1 + rho));
      last = state.update(w, set, 1);
      iterations++;
    } while (last.relativeDistance() > 1e-10 || last.relativeChange() > 1e-10);

    assertThat(state.z().getDouble(0)).isCloseTo(0.9, within(1e-9));
    assertThat(w.getDouble(0)).isCloseTo(0.9, within(1e-9));
    assertThat(rho * state.u().getDouble(0)).isCloseTo(lambda, within(1e-9)); // the multiplier
    assertThat(iterations).isBetween(30, 40); // the error halves: 2^-33 = 1e-10
  }

  private static INDArray vector(double... values) {
    return Nd4j.createFromArray(values).castTo(DataType.DOUBLE);
  }
}
