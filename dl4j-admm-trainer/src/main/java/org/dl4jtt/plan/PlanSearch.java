package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.dl4jtt.calibrate.Calibration;
import org.dl4jtt.layers.convert.StockWeights;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;

/** Makes a {@link CompressionPlan} from what a {@link PlanBuilder} was told. */
final class PlanSearch {
  /** The unit of time in a budget. */
  static final double NANOSECONDS = 1e9;

  private final Model network;
  private final PlanSettings settings;
  private final CurrentWeights current;
  private final @Nullable Calibration calibration;
  private final Map<String, NetworkLayer> layers = new LinkedHashMap<>();
  private final Map<String, InputType> inputs;
  private final List<PlannedWeight> explicit = new ArrayList<>();
  private final List<LeftAlone> leftAlone = new ArrayList<>();
  private final List<WeightOptions> open = new ArrayList<>();

  /**
   * @param calibration whose norm energies are in; null for that of the weights alone
   */
  PlanSearch(
      Model network,
      PlanSettings settings,
      CurrentWeights current,
      @Nullable Calibration calibration) {
    this.calibration = calibration;
    this.current = current;
    this.network = network;
    this.settings = settings;
    NetworkLayer.of(network).forEach(layer -> layers.put(layer.name(), layer));
    inputs = LayerInputs.of(network, settings.inputTypes());
  }

  CompressionPlan plan() {
    settings.explicit().keySet().forEach(this::checkExists);
    settings.included().forEach(this::checkExists);
    settings.excluded().forEach(this::checkExists);
    settings.minRatios().keySet().forEach(this::checkExists);
    Eligibility eligibility = new Eligibility(network, List.copyOf(layers.values()), settings);
    for (NetworkLayer layer : layers.values()) {
      if (settings.explicit().containsKey(layer.name())) {
        addExplicit(layer);
      } else {
        Optional<String> reason = eligibility.whyNot(layer);
        if (reason.isPresent()) {
          leftAlone.add(new LeftAlone(layer.name(), reason.get()));
        } else if (!StockWeights.of(layer.configuration()).isEmpty()) {
          for (WeightOptions group : groups(layer)) {
            if (group.denseCost() > 0) {
              open.add(group);
            } else {
              leftAlone.add(new LeftAlone(layer.name(), "at this target it costs nothing"));
            }
          }
        }
      }
    }
    PlanTarget target = settings.target();
    return target == null ? finished(List.of()) : withinBudget(target);
  }

  private void checkExists(String layer) {
    argument(
        layers.containsKey(layer),
        "the network has no layer \"%s\"; its layers are %s",
        layer,
        layers.keySet());
  }

  private void addExplicit(NetworkLayer layer) {
    Map<String, WeightShape> shapes = StockWeights.of(layer.configuration());
    settings
        .explicit()
        .getOrDefault(layer.name(), Map.of())
        .forEach(
            (name, form) -> {
              // "W" of a bidirectional layer means both directions.
              List<String> names =
                  !shapes.containsKey(name) && shapes.containsKey("f" + name)
                      ? List.of("f" + name, "b" + name)
                      : List.of(name);
              for (String parameter : names) {
                PlanCheck.check(
                    new PlannedWeight(layer.name(), parameter, form, PlannedWeight.Prediction.NONE),
                    Optional.of(layer),
                    layers.keySet());
                explicit.addAll(options(layer, List.of(parameter)).planned(form, 0));
              }
            });
  }

  /** The weights of a layer that take forms of their own. */
  private List<WeightOptions> groups(NetworkLayer layer) {
    Map<String, WeightShape> shapes = StockWeights.of(layer.configuration());
    List<WeightOptions> groups = new ArrayList<>();
    for (String name : shapes.keySet()) {
      boolean recurrent = name.endsWith("RW");
      if (recurrent && !settings.recurrentWeights()) {
        continue;
      }
      if (shapes.containsKey("fW")) {
        if (name.startsWith("f")) {
          groups.add(options(layer, List.of(name, "b" + name.substring(1))));
        }
      } else {
        groups.add(options(layer, List.of(name)));
      }
    }
    return groups;
  }

  private WeightOptions options(NetworkLayer layer, List<String> parameters) {
    WeightShape shape = StockWeights.of(layer.configuration()).get(parameters.get(0));
    if (shape == null) {
      throw new IllegalStateException(layer.name() + " has no weight " + parameters);
    }
    return new WeightOptions(
        layer,
        parameters,
        shape,
        Optional.ofNullable(inputs.get(layer.name())),
        settings,
        current,
        calibration);
  }

  private CompressionPlan withinBudget(PlanTarget target) {
    double total = total(target.unit());
    double saved = explicit.stream().mapToDouble(w -> saved(w, target.unit())).sum();
    double fixed = total - saved - open.stream().mapToDouble(WeightOptions::denseCost).sum();
    double budget = Math.floor(target.ratio() * total + 1e-6) - fixed;
    List<List<WeightForm>> options = open.stream().map(WeightOptions::all).toList();
    double least = BudgetSolver.least(options);
    argument(
        least <= budget,
        "%s(%s) is out of reach: of %.0f %s, %.0f stay as they are and the rest shrinks to %.0f at"
            + " most, so %s is reachable. Left alone: %s",
        target.unit().name().toLowerCase(Locale.ROOT),
        target.ratio(),
        total,
        switch (target.unit()) {
          case WEIGHTS -> "parameters";
          case FLOPS -> "operations";
          case TIME -> "nanoseconds per example at batch " + settings.batch();
        },
        fixed,
        least,
        String.format(Locale.ROOT, "%.4f", roundedUp((fixed + least) / total)),
        leftAlone.isEmpty()
            ? "nothing"
            : leftAlone.stream()
                .map(l -> l.layer() + " (" + l.reason() + ")")
                .collect(Collectors.joining(", ")));
    return finished(BudgetSolver.spend(options, budget));
  }

  private double total(PlanTarget.Unit unit) {
    if (unit == PlanTarget.Unit.WEIGHTS) {
      return network.numParams();
    }
    NetworkCost cost = NetworkCost.of(network, settings.inputTypes(), settings.batch());
    return unit == PlanTarget.Unit.FLOPS ? cost.flops() : NANOSECONDS * cost.seconds();
  }

  private static double saved(PlannedWeight w, PlanTarget.Unit unit) {
    return switch (unit) {
      case WEIGHTS -> w.weightsBefore() - w.weightsAfter();
      case FLOPS -> w.flopsBefore() - w.flopsAfter();
      case TIME -> NANOSECONDS * (w.predicted().secondsBefore() - w.predicted().secondsAfter());
    };
  }

  private static double roundedUp(double ratio) {
    return Math.ceil(ratio * 1e4) / 1e4;
  }

  private CompressionPlan finished(List<WeightForm> chosen) {
    List<PlannedWeight> weights = new ArrayList<>(explicit);
    for (int i = 0; i < open.size(); i++) {
      WeightOptions group = open.get(i);
      TensorForm form = i < chosen.size() ? chosen.get(i).form() : null;
      if (form != null) {
        weights.addAll(group.planned(form, chosen.get(i).energy()));
      } else {
        String reason =
            settings.target() == null
                ? "no form was given and there is no target"
                : "at this target the other layers give more";
        leftAlone.add(new LeftAlone(group.layer().name(), reason));
      }
    }
    List<String> order = new ArrayList<>(layers.keySet());
    weights.sort((a, b) -> order.indexOf(a.layer()) - order.indexOf(b.layer()));
    leftAlone.removeIf(l -> weights.stream().anyMatch(w -> w.layer().equals(l.layer())));
    leftAlone.sort((a, b) -> order.indexOf(a.layer()) - order.indexOf(b.layer()));
    return new CompressionPlan(
        network.numParams(),
        settings.batch(),
        weights,
        leftAlone.stream().distinct().toList(),
        settings.target() == null ? null : settings.withExplicit(explicit));
  }
}
