package org.dl4jtt.calibrate;

import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** An output layer whose weights, if it has any, are not watched: it knows its own gradient. */
final class LossStep extends LayerStep implements OutputStep {
  private final FeedForwardLayer configuration;

  LossStep(LayerVertex vertex, FeedForwardLayer configuration) {
    super(vertex);
    this.configuration = configuration;
  }

  @Override
  public @Nullable ILossFunction loss() {
    if (configuration instanceof LossLayer loss) {
      return loss.getLossFn();
    }
    if (configuration instanceof RnnLossLayer loss) {
      return loss.getLossFn();
    }
    return configuration instanceof CnnLossLayer loss ? loss.getLossFn() : null;
  }

  @Override
  public @Nullable IActivation activation() {
    return configuration.getActivationFn();
  }

  @Override
  public int outputAxis() {
    if (configuration instanceof RnnLossLayer rnn) {
      return rnn.getRnnDataFormat() == RNNFormat.NWC ? 2 : 1;
    }
    return configuration instanceof CnnLossLayer cnn && cnn.getFormat() == CNN2DFormat.NHWC ? 3 : 1;
  }

  @Override
  public void labels(INDArray labels, @Nullable INDArray mask) {
    ((IOutputLayer) layer()).setLabels(labels);
    if (mask != null) {
      layer().setMaskArray(mask);
    }
  }
}
