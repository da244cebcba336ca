package org.dl4jtt.calibrate;

import java.util.List;
import java.util.Map;
import org.dl4jtt.layers.convert.WeightShape;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer whose weights are linear maps that can be watched, and replaced. */
interface LinearStep {

  /**
   * One weight in the layer's last pass.
   *
   * @param parameter its name in the layer
   * @param inputs what it was applied to
   * @param gradients the loss' gradient at what it gave; null before a backward pass
   */
  record Seen(String parameter, RowSource inputs, @Nullable Rows gradients) {}

  /** The weights by parameter name, with their shapes. */
  Map<String, WeightShape> weights();

  /** True if a bias is added to what the weights give. */
  boolean hasBias();

  /** All weights of the layer in its last pass. */
  List<Seen> seen();

  /** A parameter, in the shape that the stock layer has it; a copy. */
  INDArray get(String parameter);

  /** Replaces a parameter, in the shape that the stock layer has it. */
  void set(String parameter, INDArray value);
}
