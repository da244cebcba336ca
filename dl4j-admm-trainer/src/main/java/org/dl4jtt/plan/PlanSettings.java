package org.dl4jtt.plan;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link PlanBuilder} was told; a plan keeps it, so that its ranks can be chosen again.
 *
 * @param target null if only the forms given by hand are planned
 * @param batch that times are predicted for
 * @param explicit forms given by hand, by layer and parameter
 * @param included layers asked for by name
 * @param excluded layers left alone by name
 * @param schemes to try
 * @param trains whether trains are tried
 * @param rings whether rings are tried
 * @param recurrentWeights whether hidden-to-hidden weights are planned
 * @param multiple of which ranks are
 * @param minRatio of every layer, before / after
 * @param minRatios of single layers
 * @param inputTypes of the network; empty if they were not given
 */
record PlanSettings(
    @Nullable PlanTarget target,
    int batch,
    Map<String, Map<String, TensorForm>> explicit,
    Set<String> included,
    Set<String> excluded,
    Set<Scheme> schemes,
    boolean trains,
    boolean rings,
    boolean recurrentWeights,
    int multiple,
    double minRatio,
    Map<String, Double> minRatios,
    List<InputType> inputTypes)
    implements Serializable {

  /** Fewer weights than this are not worth a tensor layer's overhead. */
  static final long TINY = 1_000;

  /** Examples at once, where it is not said. */
  static final int BATCH = 32;

  PlanSettings {
    Map<String, Map<String, TensorForm>> copies = new LinkedHashMap<>();
    explicit.forEach((layer, forms) -> copies.put(layer, Map.copyOf(forms)));
    explicit = Collections.unmodifiableMap(copies);
    included = Set.copyOf(included);
    excluded = Set.copyOf(excluded);
    schemes = Set.copyOf(schemes);
    minRatios = Map.copyOf(minRatios);
    inputTypes = List.copyOf(inputTypes);
  }

  /** The same with the forms by hand under the names that they have in the plan. */
  PlanSettings withExplicit(List<PlannedWeight> planned) {
    Map<String, Map<String, TensorForm>> forms = new LinkedHashMap<>();
    planned.forEach(
        w ->
            forms
                .computeIfAbsent(w.layer(), layer -> new LinkedHashMap<>())
                .put(w.parameter(), w.form()));
    return new PlanSettings(
        target,
        batch,
        forms,
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
  }
}
