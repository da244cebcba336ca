package org.dl4jtt.layers;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.nd4j.linalg.activations.Activation;

class TTConvContractTest extends LayerContract {
  @Override
  public BaseLayer.Builder<?> layer() {
    return new TTConv.Builder(3, 2)
        .nOut(4)
        .ranks(2)
        .autoModes(2)
        .convolutionMode(ConvolutionMode.Same)
        .activation(Activation.TANH);
  }

  @Override
  public InputType inputType() {
    return InputType.convolutional(4, 3, 4);
  }
}
