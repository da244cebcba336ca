package org.dl4jtt.calibrate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** One batch through a working copy, and the loss' gradient back. */
final class Pass {
  private final WorkingCopy copy;
  private final MultiDataSet batch;
  private final Map<String, INDArray> activations = new HashMap<>();

  private Pass(WorkingCopy copy, MultiDataSet batch) {
    this.copy = copy;
    this.batch = batch;
  }

  static Pass forward(WorkingCopy copy, MultiDataSet batch) {
    Pass pass = new Pass(copy, batch);
    Map<String, INDArray> masks = copy.begin(batch);
    for (int i = 0; i < copy.inputs(); i++) {
      pass.activations.put(copy.inputNames().get(i), batch.getFeatures(i));
    }
    for (Step step : copy.steps()) {
      INDArray[] inputs =
          copy.sources(step).stream().map(pass.activations::get).toArray(INDArray[]::new);
      pass.activations.put(step.name(), step.forward(masks.get(step.name()), inputs));
    }
    return pass;
  }

  /** What a step gave. */
  INDArray activation(String step) {
    return Objects.requireNonNull(activations.get(step));
  }

  /**
   * The gradient of the loss, summed over the batch, at every linear output.
   *
   * @param labels draws labels; null for those of the batch
   */
  void backward(@Nullable SampledLabels labels) {
    Map<String, INDArray> gradients = new HashMap<>();
    List<String> outputs = copy.outputs();
    for (int i = 0; i < outputs.size(); i++) {
      if (copy.step(outputs.get(i)) instanceof OutputStep output) {
        INDArray own = labels == null ? given(i) : drawn(labels, outputs.get(i), output);
        INDArray[] masks = batch.getLabelsMaskArrays();
        output.labels(own, masks == null ? null : masks[i]);
      }
    }
    List<Step> steps = copy.steps();
    for (int k = steps.size() - 1; k >= 0; k--) {
      Step step = steps.get(k);
      INDArray gradient = gradients.remove(step.name());
      boolean loss = outputs.contains(step.name()) && step instanceof OutputStep;
      if (gradient == null && !loss) {
        continue; // nothing behind it reaches a loss
      }
      @Nullable INDArray[] passed = step.backward(gradient);
      List<String> sources = copy.sources(step);
      for (int i = 0; i < sources.size(); i++) {
        INDArray part = passed[i];
        if (part != null) {
          gradients.merge(sources.get(i), part.dup(), INDArray::addi);
        }
      }
    }
  }

  private INDArray given(int output) {
    INDArray[] all = batch.getLabels();
    if (all == null || all.length <= output || all[output] == null) {
      throw new IllegalArgumentException(
          "the examples have no labels for output "
              + copy.outputs().get(output)
              + "; calibrate without trueLabels(), which draws them from the network");
    }
    return all[output];
  }

  private INDArray drawn(SampledLabels labels, String name, OutputStep output) {
    return labels.of(activation(name), output, name);
  }

  /** Frees what the steps remember. */
  void clear() {
    copy.steps().forEach(Step::clear);
  }
}
