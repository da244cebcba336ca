package org.dl4jtt.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.dl4jtt.constraint.SetContractTest.projected;
import static org.dl4jtt.constraint.SetContractTest.random;

import java.util.List;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Zeros, channels, orthogonal matrices, sums and intersections against closed forms. */
class StructureTest {
  private static final double ROUNDING = 1e-12; // sums of a few O(1) doubles

  private static double energy(INDArray array) {
    return Math.pow(array.norm2Number().doubleValue(), 2);
  }

  @Test
  void sparse_keepsTheLargest_ofEqualOnesTheFirst() {
    INDArray w = Nd4j.createFromArray(new double[][] {{1, -3, 2}, {2, 0, -2}});
    assertThat(projected(new SparseSet(2), w))
        .isEqualTo(Nd4j.createFromArray(new double[][] {{0, -3, 2}, {0, 0, 0}}));
    assertThat(projected(new SparseSet(3), w.dup('f')))
        .isEqualTo(Nd4j.createFromArray(new double[][] {{0, -3, 2}, {2, 0, 0}}));
    assertThat(projected(new SparseSet(99), w)).isEqualTo(w);
    // half way from 6 to 2 entries: √12 = 3.5
    assertThat(
            projected(new SparseSet(2).relaxed(0.5), w)
                .neq(0)
                .castTo(DataType.INT32)
                .sumNumber()
                .intValue())
        .isEqualTo(3);
  }

  @Test
  void support_isCopied_andHasTheShapeOfItsWeight() {
    INDArray mask = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 2}});
    SupportSet set = SupportSet.ofNonZeros(mask);
    mask.assign(1);
    assertThat(projected(set, Nd4j.createFromArray(new double[][] {{3, 4}, {5, 6}})))
        .isEqualTo(Nd4j.createFromArray(new double[][] {{3, 0}, {0, 6}}));
    assertThat(set.kept()).isEqualTo(2);
    assertThat(set)
        .isEqualTo(SupportSet.ofNonZeros(Nd4j.eye(2)))
        .isNotEqualTo(SupportSet.ofNonZeros(mask));
    assertThatThrownBy(() -> set.project(random(1, 2, 3), random(1, 2, 3)))
        .hasMessage(
            "the weight has shape [2, 3], but the mask has [2, 2]; a mask has the shape of its"
                + " parameter");
    assertThatThrownBy(() -> SupportSet.ofNonZeros(Nd4j.zeros(2, 2)))
        .hasMessageContaining("zero everywhere");
  }

  @Test
  void channels_ofMatrix_areColumnsAndRows_ofKernelTheFirstAxes() {
    INDArray matrix = Nd4j.createFromArray(new double[][] {{1, 5, 1}, {2, 1, 1}}); // two inputs
    assertThat(projected(new ChannelSet(2, ChannelSet.ALL), matrix))
        .isEqualTo(Nd4j.createFromArray(new double[][] {{1, 5, 0}, {2, 1, 0}}));
    assertThat(projected(new ChannelSet(ChannelSet.ALL, 1), matrix))
        .isEqualTo(Nd4j.createFromArray(new double[][] {{1, 5, 1}, {0, 0, 0}}));

    INDArray kernel = Nd4j.ones(DataType.DOUBLE, 2, 3, 2, 2);
    kernel.putScalar(new int[] {0, 1, 1, 0}, 9);
    INDArray z = projected(new ChannelSet(1, 1), kernel);
    assertThat(energy(z)).isEqualTo(81 + 3, within(ROUNDING));
    assertThat(z.getDouble(0, 1, 1, 0)).isEqualTo(9);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void channelsOfBothSides_keepTheirShareOfTheBestBlock(long seed) {
    INDArray w = random(seed, 5, 6);
    ChannelSet set = new ChannelSet(3, 2);
    double best = 0;
    for (int rows = 0; rows < 1 << 5; rows++) {
      for (int columns = 0; columns < 1 << 6; columns++) {
        if (Integer.bitCount(rows) == 2 && Integer.bitCount(columns) == 3) {
          double energy = 0;
          for (int i = 0; i < 5; i++) {
            for (int o = 0; o < 6; o++) {
              boolean in = (rows >> i & 1) == 1 && (columns >> o & 1) == 1;
              energy += in ? Math.pow(w.getDouble(i, o), 2) : 0;
            }
          }
          best = Math.max(best, energy);
        }
      }
    }
    double kept = energy(projected(set, w));
    assertThat(kept).isBetween(Math.max(3 / 6.0, 2 / 5.0) * best, best + ROUNDING);
    assertThat(kept).isGreaterThan(0.9 * best); // what it does on these eight weights
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5, 8})
  void orthogonal_isThePolarFactor_ofAnotherLibrary(int columns) {
    INDArray w = random(columns, 5, columns);
    INDArray z = projected(new OrthogonalSet(), w);
    SingularValueDecomposition svd =
        new SingularValueDecomposition(MatrixUtils.createRealMatrix(w.toDoubleMatrix()));
    RealMatrix polar = svd.getU().multiply(svd.getVT());
    assertThat(z.distance2(Nd4j.createFromArray(polar.getData()))).isLessThan(1e-10);
    INDArray gram = columns <= 5 ? z.transpose().mmul(z) : z.mmul(z.transpose());
    assertThat(gram.distance2(Nd4j.eye(Math.min(5, columns)).castTo(DataType.DOUBLE)))
        .isLessThan(1e-12);
  }

  @Test
  void sum_findsPlantedLowRankAndSparseParts_andNeverRises() {
    INDArray low = random(1, 20, 1).mmul(random(2, 1, 15));
    INDArray sparse = Nd4j.zeros(DataType.DOUBLE, 20, 15);
    for (int i = 0; i < 12; i++) {
      sparse.putScalar((i * 7) % 20, (i * 4) % 15, i % 2 == 0 ? 10 : -10);
    }
    SumSet set =
        new SumSet(new LowRankSet(new WeightShape(15, List.of(), 20), 1), new SparseSet(12));
    SumSet.Parts parts = set.split(low.add(sparse));
    assertThat(parts.first().distance2(low)).isLessThan(1e-4); // it stops at 1e-6 of 43
    assertThat(parts.second().distance2(sparse)).isLessThan(1e-4);

    INDArray w = random(3, 20, 15);
    INDArray out = w.like();
    double before = Double.POSITIVE_INFINITY;
    INDArray start = set.projectFrom(null, w, out);
    for (int call = 0; call < 5; call++) {
      assertThat(w.distance2(out)).isLessThanOrEqualTo(before + ROUNDING);
      before = w.distance2(out);
      start = set.projectFrom(start, w, out);
    }
    assertThat(before)
        .isLessThan(w.distance2(projected(set.first(), w)))
        .isLessThan(w.distance2(projected(set.second(), w)));
  }

  /** x ≥ 0, and sum of x = 1: both convex; together the simplex. */
  private record NotNegative() implements ConstraintSet {
    @Override
    public void project(INDArray weight, INDArray out) {
      out.assign(weight.mul(weight.gt(0).castTo(weight.dataType())));
    }

    @Override
    public boolean convex() {
      return true;
    }
  }

  private record SumOfOne() implements ConstraintSet {
    @Override
    public void project(INDArray weight, INDArray out) {
      double excess = (weight.sumNumber().doubleValue() - 1) / weight.length();
      out.assign(weight.sub(excess));
    }

    @Override
    public boolean convex() {
      return true;
    }
  }

  @Test
  void intersectionOfConvexSets_isTheNearestCommonMember() {
    INDArray w = Nd4j.createFromArray(new double[][] {{0.9, 0.7, -0.6, 0.2}});
    // Onto the simplex: subtract what makes the positive ones sum to 1, (0.9 + 0.7 - 1) / 2 = 0.3;
    // 0.2 - 0.3 is below 0, so it is out. Alternating projections end elsewhere.
    INDArray nearest = Nd4j.createFromArray(new double[][] {{0.6, 0.4, 0, 0}});
    INDArray z = projected(new IntersectionSet(new NotNegative(), new SumOfOne()), w);
    assertThat(z.distance2(nearest)).isLessThan(1e-5); // it stops at 1e-6 of 1.3
  }

  @Test
  void intersectionOfChannelsAndRank_isInBoth() {
    LowRankSet rank = new LowRankSet(new WeightShape(8, List.of(), 10), 2);
    ChannelSet channels = new ChannelSet(4, 6);
    IntersectionSet both = new IntersectionSet(rank, channels);
    INDArray w = random(5, 10, 8);
    INDArray out = w.like();
    INDArray start = both.projectFrom(null, w, out);
    assertThat(out.distance2(projected(rank, out))).isLessThan(1e-5);
    assertThat(projected(channels, out)).isEqualTo(out);

    // The last Z stays while nothing nearer is found.
    INDArray near = out.add(random(6, 10, 8).mul(1e-3));
    INDArray next = w.like();
    both.projectFrom(start, near, next);
    assertThat(near.distance2(next)).isLessThanOrEqualTo(near.distance2(out));
    // A start of another size is none.
    INDArray other = w.like();
    both.projectFrom(Nd4j.ones(DataType.DOUBLE, 3), w, other);
    assertThat(other).isEqualTo(out);
  }

  @Test
  void groupPenalty_isTheProximalStep_ofTheGroupsOwnWeights() {
    INDArray w =
        Nd4j.createFromArray(new double[][] {{3, 0.1, 1}, {4, 0.2, 0}}); // columns: outputs
    double mean = (25 + 0.05 + 1) / 3;
    INDArray z = projected(new GroupPenalty(GroupPenalty.Groups.OUTPUTS, 0.1), w);
    // Group 1 of norm 5: threshold 0.1 · mean / 5, so it shrinks by 1 - 0.1 · mean / 25.
    assertThat(z.getDouble(0, 0)).isCloseTo(3 * (1 - 0.1 * mean / 25), within(ROUNDING));
    assertThat(z.getColumn(1).norm1Number().doubleValue()).isZero();
    assertThat(z.getDouble(0, 2)).isCloseTo(1 - 0.1 * mean, within(ROUNDING));
    // It minimises |z - v|² / 2 + Σ t_g |z_g| with these thresholds: nothing near by is less.
    double[] t = {0.1 * mean / 5, 0.1 * mean / Math.sqrt(0.05), 0.1 * mean};
    double least = objective(z, w, t);
    for (int trial = 0; trial < 100; trial++) {
      assertThat(objective(z.add(random(trial, 2, 3).mul(0.02)), w, t)).isGreaterThan(least);
    }
    assertThat(projected(new GroupPenalty(GroupPenalty.Groups.ENTRIES, 1), Nd4j.eye(2)))
        .isEqualTo(Nd4j.eye(2).mul(0.5)); // mean 1/2: of squares 1 one half is left
    INDArray byInput = projected(new GroupPenalty(GroupPenalty.Groups.INPUTS, 0.5), w.transpose());
    assertThat(byInput)
        .isEqualTo(projected(new GroupPenalty(GroupPenalty.Groups.OUTPUTS, 0.5), w).transpose());
    assertThatThrownBy(() -> new GroupPenalty(GroupPenalty.Groups.OUTPUTS, 0))
        .hasMessageStartingWith("a strength of 0.0; it must be positive");
  }

  private static double objective(INDArray z, INDArray v, double[] thresholds) {
    double value = energy(z.sub(v)) / 2;
    for (int g = 0; g < 3; g++) {
      value += thresholds[g] * z.getColumn(g).norm2Number().doubleValue();
    }
    return value;
  }

  @Test
  void blockTerms_ofFullRankAreAll_andStartWhereTheyEnded() {
    Tensorization t = Tensorization.matrix(Scheme.PAIRED, List.of(3, 2, 2), List.of(2, 3, 2));
    INDArray w = random(9, 12, 12);
    assertThat(projected(new BlockTermSet(t, 1, List.of(6, 6, 4)), w).distance2(w))
        .isLessThan(1e-10);
    BlockTermSet two = new BlockTermSet(t, 2, List.of(2, 2, 2));
    INDArray cold = w.like();
    INDArray start = two.projectFrom(null, w, cold);
    INDArray warm = w.like();
    two.projectFrom(start, w, warm);
    assertThat(w.distance2(warm)).isLessThanOrEqualTo(w.distance2(cold) + ROUNDING);
    assertThat(two.decompose(w).weights()).isEqualTo(2 * (2 * (6 + 6 + 4) + 8));
    // A start of other sizes is ignored.
    INDArray other = w.like();
    two.projectFrom(Nd4j.ones(DataType.DOUBLE, 5), w, other);
    assertThat(other).isEqualTo(cold);
    assertThatThrownBy(() -> new BlockTermSet(t, 2, List.of(6, 2, 2)))
        .hasMessageContaining("rank 6 of mode 0, which is 6, among ranks [6, 2, 2]")
        .hasMessageContaining("from 1 to 4");
    assertThatThrownBy(() -> new BlockTermSet(t, 0, List.of(2, 2, 2)))
        .hasMessage("0 blocks; take at least 1");
    assertThatThrownBy(() -> new BlockTermSet(t, 1, List.of(2, 2)))
        .hasMessage("a block has one rank for each mode: modes [6, 6, 4], ranks [2, 2]");
  }

  @Test
  void weightWithoutOutputs_isNamed() {
    assertThatThrownBy(() -> new BinarySet().project(random(1, 3, 4, 2), random(1, 3, 4, 2)))
        .hasMessageContaining("a weight of shape [3, 4, 2] is neither a matrix [inputs, outputs]");
    assertThat(projected(new SparseSet(1), Nd4j.createFromArray(1.0, 3.0, 2.0)))
        .isEqualTo(Nd4j.createFromArray(0.0, 3.0, 0.0));
  }

  @Test
  void sizesBelowOne_areNamed() {
    assertThatThrownBy(() -> new SparseSet(0)).hasMessage("0 entries kept; keep at least 1");
    assertThatThrownBy(() -> new ChannelSet(0, 1))
        .hasMessage("0 outputs kept; keep at least 1, or ALL");
    assertThatThrownBy(() -> new ChannelSet(1, -1))
        .hasMessage("-1 inputs kept; keep at least 1, or ALL");
  }
}
