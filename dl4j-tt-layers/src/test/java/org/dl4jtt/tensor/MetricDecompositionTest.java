package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MetricDecompositionTest {

  /** A form, and the moment's size that goes with it. */
  record Case(TensorForm form, int inputs) {
    Tensorization t() {
      return form.tensorization();
    }

    INDArray weight(long seed) {
      return Dense.random(seed, t().parameterShape());
    }

    @Override
    public String toString() {
      return form + ", C of " + inputs;
    }
  }

  private static Case of(Tensorization t, int inputs, Integer... ranks) {
    return new Case(TensorForm.of(t, List.of(ranks)), inputs);
  }

  static List<Case> cases() {
    Tensorization matrix = Tensorization.matrix(Scheme.SEPARATED, List.of(12), List.of(8));
    Tensorization wide = Tensorization.matrix(Scheme.SEPARATED, List.of(6), List.of(20));
    Tensorization chain = Tensorization.matrix(Scheme.SEPARATED, List.of(3, 4), List.of(4, 2));
    Tensorization paired = Tensorization.matrix(Scheme.PAIRED, List.of(3, 4), List.of(4, 2));
    Tensorization three = Tensorization.matrix(Scheme.PAIRED, List.of(2, 3, 2), List.of(2, 2, 2));
    Tensorization kernel = Tensorization.kernel(Scheme.SEPARATED, List.of(8), 3, 2, List.of(6));
    Tensorization split =
        Tensorization.kernel(Scheme.SEPARATED, List.of(2, 4), 3, 2, List.of(3, 2));
    Tensorization pairedKernel =
        Tensorization.kernel(Scheme.PAIRED, List.of(2, 4), 3, 2, List.of(3, 2));
    return List.of(
        of(matrix, 8, 1, 3, 1),
        of(wide, 20, 1, 3, 1),
        of(chain, 8, 1, 2, 3, 2, 1),
        of(chain, 8, 2, 2, 3, 2, 2),
        of(paired, 8, 1, 3, 1),
        of(paired, 8, 2, 3, 2),
        of(three, 8, 1, 2, 2, 1),
        of(kernel, 36, 1, 4, 3, 1),
        of(kernel, 6, 1, 4, 3, 1),
        of(kernel, 36, 1, 4, 6, 1),
        of(kernel, 36, 1, 1, 6, 1),
        of(kernel, 36, 2, 4, 3, 2),
        of(split, 36, 1, 2, 4, 3, 2, 1),
        of(split, 6, 1, 2, 4, 3, 2, 1),
        of(pairedKernel, 36, 1, 3, 3, 1),
        of(pairedKernel, 6, 2, 3, 3, 2));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isNearerInTheMetricThanThePlainDecomposition(Case c) {
    double sum = 0;
    double plainSum = 0;
    for (long seed = 1; seed <= 3; seed++) {
      INDArray w = c.weight(seed);
      Metric metric = MetricData.metric(10 * seed, c.inputs(), c.t().outputs());

      FactoredWeight plain = FactoredWeight.decompose(w, c.form());
      FactoredWeight weighted = FactoredWeight.decompose(w, c.form(), metric);

      assertThat(weighted.form()).isEqualTo(plain.form());
      double error = metric.error(w, weighted.toParameter());
      double plainError = metric.error(w, plain.toParameter());
      assertThat(error).isLessThan(plainError * (1 + 1e-9)); // it may be the same one
      sum += error;
      plainSum += plainError;
    }
    assertThat(sum).isLessThan(0.98 * plainSum);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void withIdentities_isThePlainDecomposition_bitForBit(Case c) {
    INDArray w = c.weight(1);
    FactoredWeight plain = FactoredWeight.decompose(w, c.form());
    Metric identities =
        Metric.none()
            .withInputs(Nd4j.eye(c.inputs()), 1)
            .withOutputs(Nd4j.ones(DataType.DOUBLE, c.t().outputs()), 7);
    for (Metric metric : List.of(Metric.none(), identities)) {
      FactoredWeight same = FactoredWeight.decompose(w, c.form(), metric);
      for (int k = 0; k < c.form().order(); k++) {
        assertThat(same.core(k)).isEqualTo(plain.core(k));
        assertThat(same.core(k).distance2(plain.core(k))).isZero();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void fullRank_givesTheWeightBack(Case c) {
    INDArray w = c.weight(2);
    TensorForm full = TensorForm.train(c.t(), 1000);
    Metric metric = MetricData.metric(1, c.inputs(), c.t().outputs());
    INDArray back = FactoredWeight.decompose(w, full, metric).toParameter();
    assertThat(Dense.relativeDistance(back, w)).isLessThan(1e-11); // roots of condition 1e2
  }

  @ParameterizedTest
  @MethodSource("cases")
  void momentsOfOneExample_areRegularised(Case c) {
    INDArray w = c.weight(3).castTo(DataType.FLOAT);
    Metric metric =
        Metric.none()
            .withInputs(MetricData.products(MetricData.samples(1, 1, c.inputs())), 1)
            .withOutputs(MetricData.products(MetricData.samples(2, 1, c.t().outputs())), 1);
    FactoredWeight factored = FactoredWeight.decompose(w, c.form(), metric);
    assertThat(factored.cores().dataType()).isEqualTo(DataType.FLOAT);
    double error = metric.relativeError(w, factored.toParameter());
    assertThat(error).isLessThan(0.5); // one direction of each side: the ranks hold it
  }

  /** Whitened by Cholesky factors instead of roots: the nearest matrix of rank r is the same. */
  @Test
  void matrix_isTheClosedForm() {
    int outputs = 7;
    int inputs = 9;
    INDArray w = Dense.random(1, inputs, outputs);
    INDArray c = MetricData.products(MetricData.samples(2, 100, inputs)).div(100);
    INDArray h = MetricData.products(MetricData.samples(3, 100, outputs)).div(100);
    Tensorization t = Tensorization.matrix(Scheme.SEPARATED, List.of(outputs), List.of(inputs));
    Metric metric = Metric.none().withInputs(c, 1).withOutputs(h, 1);
    for (int rank = 1; rank < outputs; rank++) {
      RealMatrix leftFactor = factor(h);
      RealMatrix rightFactor = factor(c);
      RealMatrix whitened =
          leftFactor
              .transpose()
              .multiply(MatrixUtils.createRealMatrix(w.transpose().toDoubleMatrix()))
              .multiply(rightFactor);
      SingularValueDecomposition svd = new SingularValueDecomposition(whitened);
      RealMatrix cut = MatrixUtils.createRealMatrix(outputs, inputs);
      for (int i = 0; i < rank; i++) {
        cut =
            cut.add(
                svd.getU()
                    .getColumnVector(i)
                    .outerProduct(svd.getV().getColumnVector(i))
                    .scalarMultiply(svd.getSingularValues()[i]));
      }
      RealMatrix nearest =
          MatrixUtils.inverse(leftFactor.transpose())
              .multiply(cut)
              .multiply(MatrixUtils.inverse(rightFactor));

      INDArray found = FactoredWeight.decompose(w, TensorForm.train(t, rank), metric).toParameter();

      INDArray expected = Nd4j.createFromArray(nearest.getData()).transpose();
      assertThat(Dense.relativeDistance(found, expected)).isLessThan(1e-9); // Gram of A: 1e-16 / f²
    }
  }

  /** L with L Lᵀ = M + 1e-3 mean(diag M) I. */
  private static RealMatrix factor(INDArray moment) {
    RealMatrix m = MatrixUtils.createRealMatrix(moment.toDoubleMatrix());
    double shift = 1e-3 * m.getTrace() / m.getRowDimension();
    RealMatrix shifted =
        m.add(MatrixUtils.createRealIdentityMatrix(m.getRowDimension()).scalarMultiply(shift));
    return new CholeskyDecomposition(shifted, 1e-9, 0).getL();
  }

  /** Where the first bond does not bind, the kernel's second one against channels is a matrix's. */
  @Test
  void kernel_withChannelMoments_andAFreeFirstBond_isTheClosedForm() {
    Tensorization t = Tensorization.kernel(Scheme.SEPARATED, List.of(4), 3, 1, List.of(6));
    INDArray w = Dense.random(1, 4, 6, 3, 1);
    INDArray c = MetricData.products(MetricData.samples(2, 100, 6)).div(100);
    Metric metric = Metric.none().withInputs(c, 1);
    int rank = 2;
    // [O·P, I] as a matrix of its own
    Tensorization matrix = Tensorization.matrix(Scheme.SEPARATED, List.of(12), List.of(6));
    INDArray rows = Nd4j.create(DataType.DOUBLE, 6, 12);
    for (int o = 0; o < 4; o++) {
      for (int i = 0; i < 6; i++) {
        for (int p = 0; p < 3; p++) {
          rows.putScalar(i, o * 3 + p, w.getDouble(o, i, p, 0));
        }
      }
    }
    double expected =
        metric.error(
            rows,
            FactoredWeight.decompose(rows, TensorForm.train(matrix, rank), metric).toParameter());
    TensorForm form = TensorForm.of(t, List.of(1, 4, rank, 1));
    double found = metric.error(w, FactoredWeight.decompose(w, form, metric).toParameter());
    assertThat(found).isCloseTo(expected, within(1e-9));
  }

  @Test
  void patchMoments_areWorthTheirAls() {
    Tensorization t = Tensorization.kernel(Scheme.SEPARATED, List.of(10), 3, 3, List.of(8));
    TensorForm form = TensorForm.of(t, List.of(1, 5, 4, 1));
    for (long seed = 1; seed <= 3; seed++) {
      INDArray w = Dense.random(seed, 10, 8, 3, 3);
      double[][] samples = MetricData.samples(seed, 400, 72);
      Metric patches = Metric.none().withInputs(MetricData.products(samples), 400);
      INDArray c = patches.inputs().orElseThrow();
      INDArray sigma = Nd4j.create(DataType.DOUBLE, 8, 8);
      for (int p = 0; p < 9; p++) {
        for (int i = 0; i < 8; i++) {
          for (int j = 0; j < 8; j++) {
            double sum = sigma.getDouble(i, j) + c.getDouble(p * 8 + i, p * 8 + j);
            sigma.putScalar(i, j, sum);
          }
        }
      }
      Metric channels = Metric.none().withInputs(sigma, 9);
      double exact = patches.error(w, FactoredWeight.decompose(w, form, patches).toParameter());
      double cheap = patches.error(w, FactoredWeight.decompose(w, form, channels).toParameter());
      assertThat(exact).isLessThan(0.95 * cheap);
    }
  }

  @Test
  void als_endsWhereNoCoreCanBeImprovedMuch() {
    Tensorization t = Tensorization.kernel(Scheme.SEPARATED, List.of(6), 2, 2, List.of(5));
    TensorForm form = TensorForm.of(t, List.of(1, 4, 3, 1));
    INDArray w = Dense.random(1, 6, 5, 2, 2);
    Metric metric = MetricData.metric(3, 20, 6);
    FactoredWeight found = FactoredWeight.decompose(w, form, metric);
    double error = metric.error(w, found.toParameter());
    Random random = new Random(4);
    double best = error;
    for (int trial = 0; trial < 300; trial++) {
      List<INDArray> cores = new ArrayList<>(found.cores().cores());
      INDArray core = cores.get(trial % 3).dup();
      for (long i = 0; i < core.length(); i++) {
        core.putScalar(i, core.getDouble(i) + 1e-2 * random.nextGaussian());
      }
      cores.set(trial % 3, core);
      best =
          Math.min(
              best, metric.error(w, new FactoredWeight(t, new TensorTrain(cores)).toParameter()));
    }
    assertThat(best).isGreaterThan(0.99 * error); // the first bond was chosen before the second
  }

  @Test
  void aLargerRank_isNearer() {
    Tensorization t = Tensorization.kernel(Scheme.SEPARATED, List.of(8), 3, 2, List.of(6));
    Metric metric = MetricData.metric(5, 36, 8);
    INDArray w = Dense.random(6, 8, 6, 3, 2);
    double before = Double.POSITIVE_INFINITY;
    for (int rank = 1; rank <= 6; rank++) {
      TensorForm form = TensorForm.of(t, List.of(1, 6, rank, 1));
      double error = metric.error(w, FactoredWeight.decompose(w, form, metric).toParameter());
      assertThat(error).isLessThan(before); // a larger rank holds every tensor of the smaller
      before = error;
    }
  }

  @Test
  void diagonalInputs_ofManyRows_areNeverMadeAMatrix() {
    int rows = 20_000; // a matrix of 3.2 GB
    Tensorization t = Tensorization.matrix(Scheme.PAIRED, List.of(2, 4), List.of(100, 200));
    Tensorization plain = Tensorization.matrix(Scheme.SEPARATED, List.of(8), List.of(rows));
    INDArray w = Dense.random(1, rows, 8);
    double[] counts = new double[rows];
    for (int i = 0; i < rows; i++) {
      counts[i] = i % 7 == 0 ? 100 : 1;
    }
    Metric metric = Metric.none().withInputs(Nd4j.createFromArray(counts), rows);
    for (TensorForm form : List.of(TensorForm.train(t, 8), TensorForm.train(plain, 3))) {
      double error = metric.error(w, FactoredWeight.decompose(w, form, metric).toParameter());
      double before = metric.error(w, FactoredWeight.decompose(w, form).toParameter());
      assertThat(error).isLessThan(before);
    }
  }

  @Test
  void twoSidedSpectra_areTheErrorsOfTheirRanks() {
    Tensorization t = Tensorization.matrix(Scheme.SEPARATED, List.of(7), List.of(9));
    INDArray w = Dense.random(1, 9, 7);
    Metric metric = MetricData.metric(2, 9, 7);
    Spectra spectra = Spectra.of(metric.weighted(w, t), t);
    for (int rank = 1; rank < 7; rank++) {
      INDArray cut = FactoredWeight.decompose(w, TensorForm.train(t, rank), metric).toParameter();
      double squared = Math.pow(regularised(metric).error(w, cut), 2);
      assertThat(spectra.tail(1, rank)).isCloseTo(squared, within(1e-9 * spectra.squaredNorm()));
    }
  }

  private static Metric regularised(Metric metric) {
    INDArray c = metric.inputs().orElseThrow();
    INDArray h = metric.outputs().orElseThrow();
    return Metric.none().withInputs(shifted(c), 1).withOutputs(shifted(h), 1);
  }

  private static INDArray shifted(INDArray m) {
    RealMatrix l = factor(m);
    return Nd4j.createFromArray(l.multiply(l.transpose()).getData());
  }

  @Test
  void zeroWeightsAndZeroMoments_areDecomposed() {
    Tensorization t = Tensorization.kernel(Scheme.SEPARATED, List.of(8), 3, 2, List.of(6));
    TensorForm form = TensorForm.of(t, List.of(1, 4, 3, 1));
    Metric zero =
        Metric.none()
            .withInputs(Nd4j.zeros(DataType.DOUBLE, 36, 36), 1)
            .withOutputs(Nd4j.zeros(DataType.DOUBLE, 8), 1);
    INDArray w = Dense.random(1, 8, 6, 3, 2);
    assertThat(FactoredWeight.decompose(w, form, zero).toParameter())
        .isEqualTo(FactoredWeight.decompose(w, form).toParameter());
    INDArray none = Nd4j.zeros(DataType.DOUBLE, 8, 6, 3, 2);
    INDArray back = FactoredWeight.decompose(none, form, MetricData.metric(1, 36, 8)).toParameter();
    assertThat(Dense.norm(back)).isZero();
  }

  @Test
  void nan_isNamed() {
    Tensorization t = Tensorization.matrix(Scheme.SEPARATED, List.of(4), List.of(4));
    INDArray w = Dense.random(1, 4, 4);
    w.putScalar(2, 1, Double.NaN);
    assertThatThrownBy(
            () -> FactoredWeight.decompose(w, TensorForm.train(t, 2), MetricData.metric(1, 4, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[2, 1] is NaN");
  }
}
