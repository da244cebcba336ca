package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.dl4jtt.Experimental;
import org.dl4jtt.calibrate.Calibration;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link CompressionPlan} must keep to, then makes it.
 *
 * <p>With a target, the ranks of all layers are chosen together from the singular values of their
 * weights. Left alone, unless asked for by name: the first convolution, the classifier, frozen
 * layers and those with less than a thousand weights.
 */
public final class PlanBuilder {
  private final Model network;
  private final Map<String, Map<String, TensorForm>> explicit = new LinkedHashMap<>();
  private final Set<String> included = new LinkedHashSet<>();
  private final Set<String> excluded = new LinkedHashSet<>();
  private final Map<String, Double> minRatios = new LinkedHashMap<>();
  private @Nullable PlanTarget target;
  private int batch = PlanSettings.BATCH;
  private Set<Scheme> schemes = Set.of(Scheme.SEPARATED, Scheme.PAIRED);
  private boolean trains = true;
  private boolean rings;
  private boolean recurrentWeights;
  private int multiple = 1;
  private double minRatio = 1;
  private List<InputType> inputTypes = List.of();
  private @Nullable Calibration calibration;

  PlanBuilder(Model network) {
    this.network = network;
  }

  /**
   * The network's parameters after compression over those before, all of them counted: weights,
   * biases, batch norm, layers that stay dense.
   *
   * @param ratio such as 1 / 8.0
   */
  public PlanBuilder weights(double ratio) {
    return target(PlanTarget.Unit.WEIGHTS, ratio);
  }

  /**
   * The operations for one example after compression over those before, of the plan that is
   * executed at batch 1.
   *
   * @param ratio such as 1 / 3.0
   */
  public PlanBuilder flops(double ratio) {
    return target(PlanTarget.Unit.FLOPS, ratio);
  }

  /**
   * The time for one example after compression over that before, of matrices and kernels, as the
   * cost models predict it for a batch ({@link #atBatch}); measure it with {@link NetworkTime}. No
   * layer gets slower.
   *
   * @param ratio such as 1 / 2.0
   */
  @Experimental
  public PlanBuilder time(double ratio) {
    return target(PlanTarget.Unit.TIME, ratio);
  }

  /**
   * The number of examples at once that times are predicted for; 32 unless said otherwise. It also
   * decides which layers {@link CompressionPlan#slower} names under other targets.
   */
  public PlanBuilder atBatch(int examples) {
    argument(examples >= 1, "atBatch(%d): a batch has 1 example or more", examples);
    batch = examples;
    return this;
  }

  /** This layer's weight "W" in exactly this form. */
  public PlanBuilder layer(String layer, TensorForm form) {
    return layer(layer, "W", form);
  }

  /**
   * This weight in exactly this form. For a bidirectional layer "W" means both directions, which
   * always have the same form.
   */
  public PlanBuilder layer(String layer, String parameter, TensorForm form) {
    explicit.computeIfAbsent(layer, name -> new LinkedHashMap<>()).put(parameter, form);
    return this;
  }

  /** Takes in a layer that would be left alone: the first convolution, the classifier, … */
  public PlanBuilder include(String layer) {
    included.add(layer);
    return this;
  }

  /** Leaves this layer alone. */
  public PlanBuilder exclude(String layer) {
    excluded.add(layer);
    return this;
  }

  /** The schemes to try; both unless said otherwise. */
  public PlanBuilder schemes(Scheme... tried) {
    argument(tried.length > 0, "name at least one scheme");
    schemes = Set.of(tried);
    return this;
  }

  /** Tries tensor trains; it does unless said otherwise. */
  public PlanBuilder trains(boolean tried) {
    trains = tried;
    return this;
  }

  /** Tries tensor rings; it does not unless said otherwise. */
  public PlanBuilder rings(boolean tried) {
    rings = tried;
    return this;
  }

  /** Takes in hidden-to-hidden weights of recurrent layers; compressing them tends to hurt. */
  public PlanBuilder recurrentWeights(boolean recurrent) {
    recurrentWeights = recurrent;
    return this;
  }

  /** Only ranks that are multiples of this number; 8 suits the hardware. */
  public PlanBuilder multiplesOf(int number) {
    argument(number >= 1, "multiplesOf(%d): ranks are multiples of 1 or more", number);
    multiple = number;
    return this;
  }

  /** A layer that cannot shrink by this factor, before / after, stays dense. */
  public PlanBuilder minRatio(double ratio) {
    minRatio = checkedMinRatio(ratio);
    return this;
  }

  /** The same for one layer. */
  public PlanBuilder minRatio(String layer, double ratio) {
    minRatios.put(layer, checkedMinRatio(ratio));
    return this;
  }

  /**
   * What goes into the network, one type for each input. Needed to count the operations of
   * convolutions, unless a preprocessor at the input tells the size of the images.
   */
  public PlanBuilder inputTypes(InputType... types) {
    inputTypes = List.of(types);
    return this;
  }

  /**
   * Chooses ranks by what the data needs of each weight: the energies that ranks cut are those in
   * the norm of the calibration. They hold for this plan; ranks chosen again while ADMM trains go
   * by the weights alone.
   *
   * @param examples a calibration of this network
   * @throws IllegalArgumentException if it is of another network
   */
  public PlanBuilder calibration(Calibration examples) {
    examples.checkFits(network);
    calibration = examples;
    return this;
  }

  /**
   * Makes the plan.
   *
   * @throws IllegalArgumentException if a named layer does not exist, a form does not fit its
   *     weight, a weight is not finite, or the target is out of reach (the message says what is
   *     reachable)
   */
  public CompressionPlan build() {
    argument(trains || rings, "a plan of neither trains nor rings; allow one of them");
    PlanSettings settings =
        new PlanSettings(
            target,
            batch,
            explicit,
            included,
            excluded,
            schemes,
            trains,
            rings,
            recurrentWeights,
            multiple,
            minRatio,
            minRatios,
            inputTypes);
    return new PlanSearch(network, settings, CurrentWeights.ofNetwork(), calibration).plan();
  }

  private PlanBuilder target(PlanTarget.Unit unit, double ratio) {
    argument(
        target == null || target.unit() == unit, "a plan has one target: weights, flops or time");
    target = new PlanTarget(unit, ratio);
    return this;
  }

  private static double checkedMinRatio(double ratio) {
    argument(
        ratio >= 1 && Double.isFinite(ratio),
        "minRatio(%s): before / after is a number of 1 or more",
        ratio);
    return ratio;
  }
}
