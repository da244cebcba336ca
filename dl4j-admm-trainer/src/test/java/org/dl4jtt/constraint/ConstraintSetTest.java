package org.dl4jtt.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.Metric;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class ConstraintSetTest {
  private static final double DOUBLE = 1e-12; // products of O(1) doubles

  @Test
  void lowRank_isTheTruncatedSvd_ofAnotherLibrary() {
    INDArray w = random(1, 7, 5);
    INDArray out = Nd4j.create(DataType.DOUBLE, new long[] {7, 5}, 'f');
    new LowRankSet(new WeightShape(5, List.of(), 7), 2).project(w, out);
    assertThat(out.distance2(truncated(w, 2))).isLessThan(DOUBLE);
  }

  @Test
  void lowRank_ofKernel_isTheTruncatedSvd_ofOutputsAgainstTheRest() {
    INDArray w = random(2, 6, 4, 3, 2);
    INDArray out = w.like();
    new LowRankSet(new WeightShape(6, List.of(3, 2), 4), 3).project(w, out);
    INDArray matrix = w.dup('c').reshape('c', new long[] {6, 24});
    assertThat(out.reshape('c', new long[] {6, 24}).distance2(truncated(matrix, 3)))
        .isLessThan(DOUBLE);
  }

  @Test
  void member_isItsOwnProjection() {
    Tensorization t = Tensorization.matrix(Scheme.PAIRED, List.of(2, 3), List.of(3, 2));
    for (ConstraintSet set :
        List.of(TensorTrainSet.of(t, List.of(1, 2, 1)), TensorRingSet.of(t, List.of(2, 3, 2)))) {
      INDArray z = Nd4j.create(DataType.DOUBLE, 6, 6);
      set.project(random(3, 6, 6), z);
      INDArray again = z.like();
      set.project(z.dup(), again);
      assertThat(again.distance2(z)).as("%s", set).isLessThan(1e-10); // the ring's ALS iterates
    }
  }

  @Test
  void projection_leavesTheWeight_andTakesAnyMemoryOrder() {
    TensorTrainSet set =
        TensorTrainSet.of(
            Tensorization.matrix(Scheme.PAIRED, List.of(2, 3), List.of(4, 2)), List.of(1, 2, 1));
    INDArray c = random(4, 8, 6);
    INDArray f = c.dup('f');
    INDArray outC = Nd4j.create(DataType.DOUBLE, new long[] {8, 6}, 'c');
    INDArray outF = Nd4j.create(DataType.DOUBLE, new long[] {8, 6}, 'f');
    set.project(c, outC);
    set.project(f, outF);
    assertThat(c).isEqualTo(random(4, 8, 6));
    assertThat(outC.distance2(outF.dup('c'))).isLessThan(DOUBLE);
  }

  @Test
  void sharedRankList_isNeverClippedInPlace() {
    List<Integer> ranks = new ArrayList<>(List.of(1, 100, 1));
    Tensorization t = Tensorization.matrix(Scheme.PAIRED, List.of(2, 2), List.of(2, 2));
    TensorTrainSet small = TensorTrainSet.of(t, ranks);
    INDArray out = Nd4j.create(DataType.DOUBLE, 4, 4);
    small.project(random(5, 4, 4), out);
    assertThat(ranks).containsExactly(1, 100, 1);
    assertThat(small.form().ranks()).containsExactly(1, 100, 1);
    ranks.set(1, 1);
    assertThat(small.form().ranks()).containsExactly(1, 100, 1);
    assertThat(out.distance2(random(5, 4, 4))).isLessThan(DOUBLE); // full rank: nothing is lost
  }

  @Test
  void layerForm_givesTheCoresOfTheProjection() {
    TensorTrainSet set =
        TensorTrainSet.of(
            Tensorization.kernel(Scheme.SEPARATED, List.of(4), 3, 3, List.of(6)),
            List.of(1, 3, 2, 1));
    INDArray w = random(6, 4, 6, 3, 3);
    INDArray out = w.like();
    set.project(w, out);
    assertThat(set.layerForm().orElseThrow().factor(w).toParameter().distance2(out))
        .isLessThan(DOUBLE);
  }

  @Test
  void relaxed_goesFromEverythingToTheTarget() {
    Tensorization t = Tensorization.matrix(Scheme.PAIRED, List.of(2, 4, 2), List.of(2, 4, 2));
    TensorTrainSet target = TensorTrainSet.of(t, List.of(1, 2, 2, 1));
    INDArray w = random(7, 16, 16);
    INDArray out = w.like();

    target.relaxed(0).project(w, out);
    assertThat(out.distance2(w)).isLessThan(DOUBLE);
    assertThat(target.relaxed(1)).isEqualTo(target);
    assertThat(((TensorTrainSet) target.relaxed(0.5)).form().ranks())
        .containsExactly(1, 3, 3, 1); // sqrt(4 · 2) = 2.8
    assertThat(new LowRankSet(new WeightShape(16, List.of(), 16), 4).relaxed(0.5))
        .isEqualTo(new LowRankSet(new WeightShape(16, List.of(), 16), 8));
    TensorRingSet ring = TensorRingSet.of(t, List.of(2, 2, 2, 2));
    ring.relaxed(0).project(w, out);
    assertThat(ring.relaxed(1)).isEqualTo(ring);
  }

  @Test
  void wrongRanks_areNamed() {
    Tensorization t = Tensorization.matrix(Scheme.PAIRED, List.of(2, 2), List.of(2, 2));
    assertThatThrownBy(() -> TensorTrainSet.of(t, List.of(2, 2, 2)))
        .hasMessage("ranks [2, 2, 2] are those of a ring; use TensorRingSet for it");
    assertThatThrownBy(() -> new LowRankSet(new WeightShape(5, List.of(), 7), 6))
        .hasMessage("rank 6 for a matrix of 5 by 7; it must be from 1 to 5");
  }

  @Test
  void nan_isRefused() {
    TensorTrainSet set =
        new TensorTrainSet(
            TensorForm.of(
                Tensorization.matrix(Scheme.PAIRED, List.of(2, 2), List.of(2, 2)),
                List.of(1, 2, 1)));
    INDArray w = random(8, 4, 4);
    w.putScalar(3, Double.NaN);
    assertThatThrownBy(() -> set.project(w, w.like())).hasMessageContaining("NaN");
  }

  /**
   * Input i counts i + 1 times: nearest is what an SVD of the rows so scaled gives, scaled back.
   */
  @Test
  void sets_projectInTheNormOfAMetric() {
    INDArray w = random(9, 5, 4); // [inputs, outputs]
    INDArray counts = Nd4j.createFromArray(1.0, 2.0, 3.0, 4.0, 5.0);
    Metric metric = Metric.none().withInputs(counts, 1);
    INDArray scale = Transforms.sqrt(counts.add(1e-3 * 3), true).reshape(5, 1);
    INDArray expected = truncated(w.mulColumnVector(scale), 2).divColumnVector(scale);
    Tensorization t = Tensorization.matrix(Scheme.SEPARATED, List.of(4), List.of(5));
    for (ConstraintSet set :
        List.of(
            new LowRankSet(new WeightShape(4, List.of(), 5), 2),
            TensorTrainSet.of(t, List.of(1, 2, 1)))) {
      INDArray out = w.like();
      set.project(w, metric, out);
      assertThat(out.distance2(expected)).as("%s", set).isLessThan(1e-11);
      assertThat(set.projectToCores(w, metric, w.like()).orElseThrow().toParameter())
          .isEqualTo(out);
      assertThat(set.layerForm().orElseThrow().factor(w, metric).toParameter()).isEqualTo(out);
      set.project(w, Metric.none(), out);
      assertThat(out.distance2(truncated(w, 2))).isLessThan(DOUBLE);
    }
  }

  @Test
  void aSetThatKnowsNoMetric_ignoresIt() {
    INDArray w = random(9, 5, 4);
    INDArray out = w.like();
    new FullSpace().project(w, Metric.none().withInputs(Nd4j.eye(3), 1), out);
    assertThat(out).isEqualTo(w);
  }

  /** The oracle: commons-math's SVD. */
  private static INDArray truncated(INDArray w, int rank) {
    RealMatrix m = MatrixUtils.createRealMatrix(w.toDoubleMatrix());
    SingularValueDecomposition svd = new SingularValueDecomposition(m);
    RealMatrix sum =
        svd.getU()
            .getSubMatrix(0, m.getRowDimension() - 1, 0, rank - 1)
            .multiply(svd.getS().getSubMatrix(0, rank - 1, 0, rank - 1))
            .multiply(svd.getVT().getSubMatrix(0, rank - 1, 0, m.getColumnDimension() - 1));
    return Nd4j.createFromArray(sum.getData());
  }

  private static INDArray random(long seed, long... shape) {
    Random random = new Random(seed);
    INDArray x = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < x.length(); i++) {
      x.putScalar(i, random.nextGaussian());
    }
    return x;
  }
}
