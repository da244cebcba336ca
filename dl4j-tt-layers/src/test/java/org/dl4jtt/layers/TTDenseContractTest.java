package org.dl4jtt.layers;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.dl4jtt.tensor.Scheme;
import org.junit.jupiter.api.Nested;
import org.nd4j.linalg.activations.Activation;

/** Every generic claim, for each kind of dense layer in tensor form. */
class TTDenseContractTest {

  @Nested
  class Paired extends LayerContract {
    @Override
    public BaseLayer.Builder<?> layer() {
      return new TTDense.Builder()
          .nOut(6)
          .inputModes(4, 2)
          .outputModes(2, 3)
          .ranks(3)
          .activation(Activation.TANH);
    }

    @Override
    public InputType inputType() {
      return InputType.feedForward(8);
    }
  }

  @Nested
  class SeparatedOnSequences extends LayerContract {
    @Override
    public BaseLayer.Builder<?> layer() {
      return new TTDense.Builder()
          .nOut(6)
          .scheme(Scheme.SEPARATED)
          .autoModes(2)
          .ranks(2)
          .hasBias(false)
          .activation(Activation.SIGMOID);
    }

    @Override
    public InputType inputType() {
      return InputType.recurrent(4, 4);
    }
  }

  @Nested
  class Ring extends LayerContract {
    @Override
    public BaseLayer.Builder<?> layer() {
      return new TRDense.Builder().nOut(6).autoModes(3).ranks(2).activation(Activation.IDENTITY);
    }

    @Override
    public InputType inputType() {
      return InputType.feedForward(8);
    }
  }
}
