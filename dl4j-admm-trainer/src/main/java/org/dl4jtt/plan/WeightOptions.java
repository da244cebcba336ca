package org.dl4jtt.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.dl4jtt.calibrate.Calibration;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.Metric;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.jspecify.annotations.Nullable;

/**
 * One planned weight, or two that must take the same form (the directions of a bidirectional layer,
 * whose parameters DL4J cuts in the middle), and the ways to keep it.
 */
final class WeightOptions {
  /**
   * A PAIRED kernel is rebuilt to be applied, so it never runs faster than the dense one. It must
   * lose this much less energy than the SEPARATED forms of its cost to be worth it.
   */
  private static final double PAIRED_KERNEL_HANDICAP = 1.25;

  /**
   * With a calibration the conversion of whole channels is exact in the norm of the data; that of
   * other forms goes mode by mode and loses more than their energies say. They must promise this
   * much less to be worth it.
   */
  private static final double MODE_WISE_HANDICAP = 2;

  /** Of a tensor that is tried as a ring: a Gram matrix of that order is decomposed for it. */
  private static final int LONGEST_FIRST_MODE = 1024;

  /** r₀ of the rings that are tried. */
  private static final List<Integer> RING_ENDS = List.of(2, 4, 8);

  /** The same for a weight of more than {@link #LARGEST_RING} numbers, if trains are not tried. */
  private static final List<Integer> LARGE_RING_ENDS = List.of(2);

  /** Every r₀ takes a copy of the weight in double, and new products as large as a projection's. */
  private static final long LARGEST_RING = 1 << 23;

  private final NetworkLayer layer;
  private final List<String> parameters;
  private final WeightShape shape;
  private final LayerFlops flops;
  private final LayerTime seconds;
  private final PlanSettings settings;
  private final CurrentWeights current;
  private final @Nullable Calibration calibration;

  WeightOptions(
      NetworkLayer layer,
      List<String> parameters,
      WeightShape shape,
      Optional<InputType> input,
      PlanSettings settings,
      CurrentWeights current,
      @Nullable Calibration calibration) {
    this.calibration = calibration;
    this.current = current;
    this.layer = layer;
    this.parameters = List.copyOf(parameters);
    this.shape = shape;
    this.settings = settings;
    Layer inner = WrappedLayers.innermost(layer.configuration());
    this.flops = new LayerFlops(inner, input);
    this.seconds = new LayerTime(inner, input, settings.batch());
  }

  NetworkLayer layer() {
    return layer;
  }

  private long denseWeights() {
    return shape.kernel().stream().mapToLong(k -> k).reduce(1, (a, b) -> a * b)
        * shape.outputs()
        * shape.inputs();
  }

  /** What the dense weights cost in the unit of the budget. */
  double denseCost() {
    double one =
        switch (unit()) {
          case WEIGHTS -> denseWeights();
          case FLOPS -> flops.ofDense(shape);
          case TIME -> PlanSearch.NANOSECONDS * seconds.ofDense(shape);
        };
    return parameters.size() * one;
  }

  private double cost(TensorForm form) {
    double one =
        switch (unit()) {
          case WEIGHTS -> form.weights();
          case FLOPS -> flops.ofForm(form);
          case TIME -> PlanSearch.NANOSECONDS * seconds.ofForm(form);
        };
    return parameters.size() * one;
  }

  private PlanTarget.Unit unit() {
    PlanTarget target = settings.target();
    return target == null ? PlanTarget.Unit.WEIGHTS : target.unit();
  }

  private boolean countsWeights() {
    return unit() == PlanTarget.Unit.WEIGHTS;
  }

  /** Dense, and every form that pays. */
  List<WeightForm> all() {
    double dense = denseCost();
    double limit = dense / settings.minRatios().getOrDefault(layer.name(), settings.minRatio());
    List<WeightForm> options = new ArrayList<>();
    options.add(new WeightForm(null, 0, dense));
    List<TruncationErrors> energies =
        parameters.stream()
            .map(
                name ->
                    new TruncationErrors(
                        current.of(layer, name), metric(name), layer.name() + ", weight " + name))
            .toList();
    for (Tensorization t : Candidates.of(shape, settings.schemes())) {
      if (!countsWeights() && t.isKernel() && t.scheme() == Scheme.PAIRED) {
        continue; // rebuilt: as many operations as the dense kernel
      }
      double handicap =
          t.isKernel() && t.scheme() == Scheme.PAIRED && settings.schemes().size() > 1
              ? PAIRED_KERNEL_HANDICAP
              : 1;
      if (calibration != null && !isWhole(t)) {
        handicap *= MODE_WISE_HANDICAP;
      }
      if (settings.trains()) {
        addOptions(t, 1, mean(energies, e -> e.tails(t)), handicap, options);
      }
      int first = t.modes().get(0);
      if (settings.rings() && t.modes().size() > 2 && first <= LONGEST_FIRST_MODE) {
        for (int ends : ringEnds()) {
          if (ends <= first) { // TR-SVD splits the first unfolding: r₀ r₁ <= n₁
            addOptions(t, ends, mean(energies, e -> e.ringTails(t, ends)), handicap, options);
          }
        }
      }
    }
    // No layer grows, in what is counted or in weights.
    options.removeIf(
        option ->
            option.form() != null
                && (option.cost() > limit
                    || option.cost() >= dense
                    || option.form().weights() >= denseWeights()));
    return options;
  }

  private static boolean isWhole(Tensorization t) {
    return t.scheme() == Scheme.SEPARATED
        && t.outputModes().size() == 1
        && t.inputModes().size() == 1;
  }

  private Metric metric(String parameter) {
    return calibration == null
        ? Metric.none()
        : calibration.metric(layer.name(), parameter).orElse(Metric.none());
  }

  private List<Integer> ringEnds() {
    if (denseWeights() <= LARGEST_RING) {
      return RING_ENDS;
    }
    return settings.trains() ? List.of() : LARGE_RING_ENDS;
  }

  private void addOptions(
      Tensorization t, int ends, double[][] tails, double handicap, List<WeightForm> options) {
    int[] modes = t.modes().stream().mapToInt(Integer::intValue).toArray();
    int[][] ranks = new int[tails.length][];
    for (int k = 0; k < tails.length; k++) {
      ranks[k] = RankOptions.of(tails[k], settings.multiple());
    }
    // Time is no sum over cores: operations stand for it while ranks are combined.
    ChainRanks.CoreCost cost =
        countsWeights()
            ? (k, l, r) -> (double) l * modes[k] * r
            : ChainFlops.of(t, flops.geometry());
    double dense = countsWeights() ? denseWeights() : flops.ofDense(shape);
    ChainRanks chain = new ChainRanks(modes, ends, ranks, tails, cost);
    for (ChainRanks.Choice choice : chain.hull(dense)) {
      TensorForm form = TensorForm.of(t, choice.ranks());
      options.add(new WeightForm(form, handicap * choice.energy(), cost(form)));
    }
  }

  /** tail_k of the weight; of tied ones the mean. */
  private static double[][] mean(
      List<TruncationErrors> energies, Function<TruncationErrors, double[][]> tails) {
    double[][] mean = tails.apply(energies.get(0));
    for (int i = 1; i < energies.size(); i++) {
      double[][] next = tails.apply(energies.get(i));
      for (int k = 0; k < mean.length; k++) {
        double[] sum = mean[k].clone();
        for (int r = 0; r < sum.length; r++) {
          sum[r] += (next[k][r] - sum[r]) / (i + 1);
        }
        mean[k] = sum;
      }
    }
    return mean;
  }

  /** The planned weights of a chosen form. */
  List<PlannedWeight> planned(TensorForm form, double energy) {
    PlannedWeight.Prediction predicted =
        new PlannedWeight.Prediction(
            flops.ofDense(shape),
            flops.ofForm(form),
            seconds.areKnown() ? seconds.ofDense(shape) : 0,
            seconds.areKnown() ? seconds.ofForm(form) : 0,
            Math.sqrt(Math.min(1, energy)));
    return parameters.stream()
        .map(name -> new PlannedWeight(layer.name(), name, form, predicted))
        .toList();
  }
}
