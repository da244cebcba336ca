package org.dl4jtt.layers.convert;

import java.util.Set;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/**
 * An output layer as a dense layer and a loss layer: the same function, and the dense half can take
 * a tensor form.
 *
 * @param dense the weights, no activation
 * @param loss the activation and the loss, no weights
 */
public record OutputSplit(DenseLayer dense, LossLayer loss) {
  private static final Set<String> PARAMETERS = Set.of("W", "b");

  /** The two halves, in new configurations; both have the output layer's name. */
  public static OutputSplit of(OutputLayer output) {
    DenseLayer dense = new DenseLayer.Builder().hasBias(output.hasBias()).build();
    LayerFields.copy(output, dense, PARAMETERS);
    dense.setActivationFn(new ActivationIdentity());

    LossLayer loss = new LossLayer.Builder(output.getLossFn()).build();
    LayerFields.copy(output, loss, PARAMETERS);
    loss.setConstraints(null);
    loss.setIDropout(null); // the dense half has it already
    loss.setWeightNoise(null);
    loss.setNIn(output.getNOut());
    return new OutputSplit(dense, loss);
  }

  /** The output layer of these two halves, with the loss layer's name. */
  public OutputLayer join() {
    OutputLayer output = new OutputLayer.Builder(loss.getLossFn()).hasBias(dense.hasBias()).build();
    LayerFields.copy(dense, output, PARAMETERS);
    output.setActivationFn(loss.getActivationFn());
    output.setLayerName(loss.getLayerName());
    return output;
  }
}
