package org.dl4jtt.plan;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;

/** What a {@link PlanBuilder} was told. */
final class PlanSettings {
  /** What a target counts. */
  enum Unit {
    WEIGHTS,
    FLOPS
  }

  /** Fewer weights than this are not worth a tensor layer's overhead. */
  static final long TINY = 1_000;

  @Nullable Unit unit;
  double ratio = 1;
  final Map<String, Map<String, TensorForm>> explicit = new LinkedHashMap<>();
  final Set<String> included = new LinkedHashSet<>();
  final Set<String> excluded = new LinkedHashSet<>();
  Set<Scheme> schemes = Set.of(Scheme.SEPARATED, Scheme.PAIRED);
  boolean rings;
  boolean recurrentWeights;
  int multiple = 1;
  double minRatio = 1;
  final Map<String, Double> minRatios = new LinkedHashMap<>();
  List<InputType> inputTypes = List.of();
}
