package org.dl4jtt.layers;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.junit.jupiter.api.Nested;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every generic claim, for embeddings. */
class TTEmbeddingContractTest {
  private static final int WORDS = 12;

  @Nested
  class OneIndexEach extends Embedding {
    @Override
    public BaseLayer.Builder<?> layer() {
      return new TTEmbedding.Builder()
          .nOut(6)
          .hasBias(true)
          .inputModes(3, 4)
          .outputModes(2, 3)
          .ranks(2)
          .activation(Activation.TANH);
    }

    @Override
    public InputType inputType() {
      return InputType.feedForward(WORDS);
    }

    @Override
    public INDArray features(int batch, DataType type) {
      return indices(batch, 1, type);
    }
  }

  @Nested
  class Sequences extends Embedding {
    @Override
    public BaseLayer.Builder<?> layer() {
      return new TTEmbedding.Builder()
          .nOut(6)
          .sequence(true)
          .inputModes(3, 4)
          .outputModes(2, 3)
          .ranks(2);
    }

    @Override
    public InputType inputType() {
      return InputType.recurrent(WORDS, 4);
    }

    @Override
    public INDArray features(int batch, DataType type) {
      return indices(batch, 4, type);
    }
  }

  /** Indices come in, so there is nothing to learn in front. */
  abstract static class Embedding extends LayerContract {
    @Override
    public boolean isFirst() {
      return true;
    }

    static INDArray indices(int batch, int steps, DataType type) {
      return Nd4j.rand(DataType.DOUBLE, batch, steps)
          .muli(WORDS - 0.01)
          .castTo(DataType.INT)
          .castTo(type);
    }
  }
}
