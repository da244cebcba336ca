package org.dl4jtt.layers;

import static org.dl4jtt.internal.Check.argument;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.dl4jtt.layers.impl.TensorDenseLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** What {@link TTDense} and {@link TRDense} share: all but the name and the kind of ranks. */
public abstract class TensorDense extends TensorFeedForward {

  /** For JSON. */
  protected TensorDense() {
    super(true);
  }

  /** From a builder. */
  protected TensorDense(Builder<?> builder) {
    super(builder);
  }

  @Override
  AbstractLayer<?> running(NeuralNetConfiguration conf, DataType dataType) {
    return new TensorDenseLayer(conf, dataType);
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    long outputs = getOutputType(-1, inputType).arrayElementsPerExample();
    return MemoryEstimate.of(this, inputType, inputType.arrayElementsPerExample() + 2 * outputs);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TensorDense && super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }

  /**
   * What the builders share.
   *
   * @param <T> the builder itself
   */
  public abstract static class Builder<T extends Builder<T>> extends TensorFeedForward.Builder<T> {

    /** Starts from nothing asked for. */
    protected Builder(TensorRequest request) {
      super(request, true);
    }

    /**
     * Layer normalisation is refused: put DL4J's own behind this layer.
     *
     * @throws IllegalArgumentException if true
     */
    @SuppressWarnings("unchecked")
    public T hasLayerNorm(boolean layerNorm) {
      argument(
          !layerNorm,
          "layer '%s': a dense layer in tensor form has no layer normalisation; use a DenseLayer",
          layerName);
      return (T) this;
    }
  }
}
