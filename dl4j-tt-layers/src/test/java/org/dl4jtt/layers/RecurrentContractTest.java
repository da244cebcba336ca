package org.dl4jtt.layers;

import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.junit.jupiter.api.Nested;
import org.nd4j.linalg.activations.Activation;

/** Every generic claim, for the LSTMs in tensor form. */
class RecurrentContractTest {

  @Nested
  class Train extends LayerContract {
    @Override
    public BaseLayer.Builder<?> layer() {
      return new TTLSTM.Builder()
          .nOut(2)
          .inputModes(1, 2)
          .outputModes(2, 1)
          .ranks(2)
          .activation(Activation.TANH);
    }

    @Override
    public InputType inputType() {
      return InputType.recurrent(2, 4, RNNFormat.NCW);
    }
  }

  @Nested
  class RingWithFactorisedRecurrence extends LayerContract {
    @Override
    public BaseLayer.Builder<?> layer() {
      return new TRLSTM.Builder()
          .nOut(2)
          .inputModes(1, 2)
          .outputModes(2, 1)
          .ranks(2)
          .recurrentRanks(2)
          .dataFormat(RNNFormat.NWC)
          .activation(Activation.TANH);
    }

    @Override
    public InputType inputType() {
      return InputType.recurrent(2, 4, RNNFormat.NWC);
    }
  }
}
