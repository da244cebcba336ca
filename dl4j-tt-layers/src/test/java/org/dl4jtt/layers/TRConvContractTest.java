package org.dl4jtt.layers;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.nd4j.linalg.activations.Activation;

/** A ring, channels last, with gaps in its kernel. */
class TRConvContractTest extends LayerContract {
  @Override
  public BaseLayer.Builder<?> layer() {
    return new TRConv.Builder(2, 2)
        .nOut(4)
        .ranks(2)
        .autoModes(1)
        .dilation(2, 1)
        .activation(Activation.TANH);
  }

  @Override
  public InputType inputType() {
    return InputType.convolutional(4, 3, 4, CNN2DFormat.NHWC);
  }
}
