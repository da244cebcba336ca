package org.dl4jtt.surgery;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.calibrate.Calibration;
import org.dl4jtt.calibrate.SequentialConversion;
import org.dl4jtt.calibrate.WeightName;
import org.dl4jtt.constraint.LayerForm;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.NetworkLayer;
import org.dl4jtt.plan.PlannedWeight;
import org.dl4jtt.tensor.FactoredWeight;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The planned weights of a network as a calibration converts them. */
final class CalibratedDecomposition {
  private final SequentialConversion.Result result;

  private CalibratedDecomposition(SequentialConversion.Result result) {
    this.result = result;
  }

  static CalibratedDecomposition of(Model network, CompressionPlan plan, Calibration calibration) {
    plan.checkFits(network);
    Map<WeightName, LayerForm> forms = new LinkedHashMap<>();
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      if (TensorReplacements.hasCounterpart(layer.configuration())) {
        for (PlannedWeight planned : plan.weightsOf(layer.name())) {
          forms.put(
              new WeightName(planned.layer(), planned.parameter()),
              planned.constraint().layerForm().orElseThrow());
        }
      }
    }
    return new CalibratedDecomposition(SequentialConversion.of(network, forms, calibration));
  }

  /** Writes the corrected biases and statistics into a copy of the network. */
  void correct(Model copy) {
    for (NetworkLayer layer : NetworkLayer.of(copy)) {
      Map<String, INDArray> changed = result.parameters().getOrDefault(layer.name(), Map.of());
      changed.forEach(
          (name, value) -> {
            INDArray parameter = Objects.requireNonNull(layer.parameters().get(name));
            parameter.assign(value.castTo(parameter.dataType()).reshape(parameter.shape()));
          });
    }
  }

  /** The cores of a planned weight; of one that could not be watched, those without calibration. */
  FactoredWeight factors(PlannedWeight planned, INDArray weight) {
    FactoredWeight found =
        result.factors().get(new WeightName(planned.layer(), planned.parameter()));
    return found == null ? TensorReplacements.decompose(planned, weight) : found;
  }
}
