package org.dl4jtt.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** What every set keeps to, on a matrix [7, 6] or a kernel [6, 4, 3, 2]. */
class SetContractTest {
  private static final long[] MATRIX = {7, 6};
  private static final long[] KERNEL = {6, 4, 3, 2};

  /**
   * A set and what it promises.
   *
   * @param shape of the weights that it is tried on
   * @param exact whether its projection is the nearest member
   * @param again how far a member may move when it is projected: 0, or rounding, or iterations
   */
  record Case(ConstraintSet set, long[] shape, boolean exact, double again) {
    @Override
    public String toString() {
      return set + (shape == MATRIX ? ", matrix" : ", kernel");
    }
  }

  static final double ROUNDING = 1e-12; // sums of some O(1) doubles
  static final double ITERATED = 1e-4; // a hundred times what the iterations stop at

  static Stream<Case> sets() {
    INDArray mask = Nd4j.zeros(MATRIX);
    for (int i = 0; i < 7; i++) {
      mask.putScalar(i, (i * i) % 6, 1);
      mask.putScalar(i, (i + 2) % 6, 3);
    }
    SupportSet support = SupportSet.ofNonZeros(mask);
    LowRankSet lowRank = new LowRankSet(new WeightShape(6, List.of(), 7), 2);
    Stream<Case> both =
        Stream.of(MATRIX, KERNEL)
            .flatMap(
                shape ->
                    Stream.of(
                        new Case(new FullSpace(), shape, true, 0),
                        new Case(new SparseSet(9), shape, true, 0),
                        new Case(new ChannelSet(4, ChannelSet.ALL), shape, true, 0),
                        new Case(new ChannelSet(ChannelSet.ALL, 2), shape, true, 0),
                        new Case(new ChannelSet(4, 2), shape, false, 0),
                        new Case(QuantizedSet.of(1), shape, true, ROUNDING),
                        new Case(QuantizedSet.of(3), shape, true, ROUNDING),
                        new Case(QuantizedSet.of(16), shape, true, ROUNDING),
                        new Case(QuantizedSet.of(3).perOutput(), shape, true, ROUNDING),
                        new Case(
                            QuantizedSet.of(4).perOutput().withScales(Scales.SHORT),
                            shape,
                            false,
                            0),
                        new Case(
                            QuantizedSet.of(4).withScales(Scales.POWER_OF_TWO), shape, true, 0),
                        new Case(
                            QuantizedSet.of(8).perOutput().withScales(Scales.POWER_OF_TWO),
                            shape,
                            true,
                            0),
                        new Case(new PowerOfTwoSet(3), shape, true, 0),
                        new Case(new PowerOfTwoSet(8), shape, true, 0),
                        new Case(new BinarySet(), shape, true, ROUNDING),
                        new Case(new TernarySet(), shape, true, ROUNDING),
                        new Case(new CodebookSet(5), shape, true, 0),
                        new Case(new OrthogonalSet(), shape, true, ROUNDING),
                        new Case(
                            new SumSet(new SparseSet(5), new ChannelSet(2, ChannelSet.ALL)),
                            shape,
                            false,
                            ITERATED),
                        new Case(
                            new IntersectionSet(new SparseSet(30), new ChannelSet(3, 3)),
                            shape,
                            false,
                            ITERATED)));
    Stream<Case> matrices =
        Stream.of(
            new Case(support, MATRIX, true, 0),
            new Case(new SumSet(lowRank, new SparseSet(5)), MATRIX, false, ITERATED),
            new Case(new IntersectionSet(lowRank, new ChannelSet(4, 5)), MATRIX, false, ITERATED),
            new Case(new IntersectionSet(support, new FullSpace()), MATRIX, true, 0),
            new Case(
                new BlockTermSet(
                    Tensorization.matrix(Scheme.PAIRED, List.of(2, 3), List.of(7, 1)),
                    1,
                    List.of(2, 2)),
                MATRIX,
                true,
                ITERATED));
    Stream<Case> kernels =
        Stream.of(
            new Case(
                new BlockTermSet(
                    Tensorization.kernel(Scheme.SEPARATED, List.of(6), 3, 2, List.of(4)),
                    2,
                    List.of(2, 2, 2)),
                KERNEL,
                false,
                ITERATED));
    return Stream.of(both, matrices, kernels).flatMap(s -> s);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sets")
  void member_staysWhereItIs(Case c) {
    INDArray z = projected(c.set, random(1, c.shape));
    INDArray again = z.like();
    if (c.set instanceof WarmStartedSet warm) {
      INDArray start = warm.projectFrom(null, random(1, c.shape), z);
      warm.projectFrom(start, z.dup(), again);
    } else {
      c.set.project(z.dup(), again);
    }
    assertThat(again.distance2(z)).isLessThanOrEqualTo(c.again * z.norm2Number().doubleValue());
  }

  /** Projections of weights near by are members, too: none may be nearer. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("sets")
  void otherMembersNearBy_areNotNearer(Case c) {
    assumeTrue(c.exact, "its projection is not claimed to be the nearest");
    INDArray w = random(2, c.shape);
    double distance = w.distance2(projected(c.set, w));
    for (int trial = 0; trial < 200; trial++) {
      double size = Math.pow(10, -3 * (trial % 10) / 10.0);
      INDArray other = projected(c.set, w.add(random(100 + trial, c.shape).mul(size)));
      assertThat(w.distance2(other)).isGreaterThanOrEqualTo(distance - 1e-9); // rounding
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sets")
  void weightAndSet_stayAsTheyWere_inAnyMemoryOrder(Case c) {
    INDArray w = random(3, c.shape);
    String before = c.set.toString();
    INDArray first = projected(c.set, w);
    projected(c.set, random(4, c.shape));
    INDArray f = Nd4j.createUninitialized(DataType.DOUBLE, c.shape, 'f').assign(Double.NaN);
    c.set.project(w.dup('f'), f);

    assertThat(w).isEqualTo(random(3, c.shape));
    assertThat(c.set.toString()).isEqualTo(before);
    assertThat(f.dup('c').distance2(first)).isLessThan(1e-9); // iterations, in another order
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sets")
  void float_isDoubleToSevenDigits(Case c) {
    INDArray w = random(5, c.shape).castTo(DataType.FLOAT);
    INDArray exact = projected(c.set, w.castTo(DataType.DOUBLE));
    INDArray out = projected(c.set, w);
    assertThat(out.dataType()).isEqualTo(DataType.FLOAT);
    double tolerance = c.again == ITERATED ? ITERATED : 1e-6;
    assertThat(out.castTo(DataType.DOUBLE).distance2(exact))
        .isLessThan(tolerance * exact.norm2Number().doubleValue());
    if (c.again != ITERATED) {
      INDArray again = projected(c.set, out);
      assertThat(again.distance2(out)).isLessThanOrEqualTo(1e-6 * out.norm2Number().doubleValue());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sets")
  void zero_goesToZero_butToSomeOrthogonalMatrix(Case c) {
    double norm =
        projected(c.set, Nd4j.zeros(DataType.DOUBLE, c.shape)).norm2Number().doubleValue();
    // six orthonormal rows of one length each
    double expected = c.set instanceof OrthogonalSet ? Math.sqrt(6) : 0;
    assertThat(norm).isEqualTo(expected, org.assertj.core.api.Assertions.within(ROUNDING));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sets")
  void nanOrInfinity_isRefused(Case c) {
    assumeTrue(!(c.set instanceof FullSpace), "the identity does not look");
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      INDArray w = random(6, c.shape);
      long[] at = new long[c.shape.length];
      at[0] = 1;
      w.putScalar(at, bad);
      assertThatThrownBy(() -> c.set.project(w, w.like()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(bad + "")
          .hasMessageContaining("only finite weights can be");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sets")
  void relaxed_endsInTheSet_andFindsNearerMembersBefore(Case c) {
    assertThat(c.set.relaxed(1)).isEqualTo(c.set);
    INDArray w = random(7, c.shape);
    double distance = w.distance2(projected(c.set, w));
    double halfWay = w.distance2(projected(c.set.relaxed(0.5), w));
    assertThat(halfWay).isLessThanOrEqualTo(distance + ROUNDING);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sets")
  void record_survivesJson(Case c) throws Exception {
    assumeTrue(
        c.set.getClass().isRecord()
            && !(c.set instanceof SumSet)
            && !(c.set instanceof IntersectionSet),
        "a set that holds other sets, or a mask, is written by its owner");
    ObjectMapper mapper = new ObjectMapper();
    assertThat((Object) mapper.readValue(mapper.writeValueAsString(c.set), c.set.getClass()))
        .isEqualTo(c.set);
  }

  static INDArray projected(ConstraintSet set, INDArray weight) {
    INDArray out = weight.like().assign(Double.NaN);
    set.project(weight, out);
    return out;
  }

  static INDArray random(long seed, long... shape) {
    Random random = new Random(seed);
    INDArray x = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < x.length(); i++) {
      x.putScalar(i, random.nextGaussian());
    }
    return x;
  }
}
