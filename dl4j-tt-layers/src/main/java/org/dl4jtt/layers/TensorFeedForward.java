package org.dl4jtt.layers;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What {@link TensorDense} and {@link TTEmbedding} share: a matrix {@code [nIn, nOut]} in tensor
 * form, and a bias or none.
 */
public abstract class TensorFeedForward extends FeedForwardLayer implements TensorLayer {
  private @Nullable TensorForm form;
  private boolean hasBias;

  /** What the builder was asked for; not saved: a saved layer has its form. */
  private transient @Nullable TensorRequest request;

  /** For JSON. */
  TensorFeedForward(boolean hasBias) {
    this.hasBias = hasBias;
  }

  /** From a builder. */
  TensorFeedForward(Builder<?> builder) {
    super(builder);
    this.hasBias = builder.hasBias;
    this.request = builder.request;
    this.nIn = builder.request.inputs(nIn);
    this.nOut = builder.request.outputs(nOut);
    resolve();
    initializeConstraints(builder);
  }

  @Override
  public @Nullable TensorForm getForm() {
    return form;
  }

  /** For JSON. */
  public void setForm(@Nullable TensorForm form) {
    this.form = form;
  }

  /** True if the layer has a bias. */
  public boolean isHasBias() {
    return hasBias;
  }

  /** For JSON. */
  public void setHasBias(boolean hasBias) {
    this.hasBias = hasBias;
  }

  @Override
  public boolean hasBias() {
    return hasBias;
  }

  @Override
  public int order() {
    return TensorRequest.order(form, request, false);
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    super.setNIn(inputType, override);
    resolve();
  }

  /** The form, as soon as the numbers of inputs and outputs are known. */
  final void resolve() {
    if (request != null && nIn > 0 && nOut > 0) {
      form = request.resolve(getLayerName(), (int) nOut, List.of(), (int) nIn);
    }
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType dataType) {
    Map<String, INDArray> params = initializer().init(conf, paramsView, initializeParams);
    // TransferLearning's nOutReplace and nInReplace set the sizes of any layer, and no more.
    TensorForm resolved = Objects.requireNonNull(form); // init has checked it
    FormCheck.fits(getLayerName(), resolved, (int) nOut, List.of(), (int) nIn);
    return RunningLayer.of(running(conf, dataType), listeners, index, paramsView, params);
  }

  /** The layer that computes, still without parameters. */
  abstract AbstractLayer<?> running(NeuralNetConfiguration conf, DataType dataType);

  @Override
  public ParamInitializer initializer() {
    return CoreParamInitializer.getInstance();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TensorFeedForward that
        && super.equals(other)
        && hasBias == that.hasBias
        && Objects.equals(form, that.form);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), form, hasBias);
  }

  @Override
  public String toString() {
    return TensorDescription.of(this, form, request, nIn, nOut);
  }

  /**
   * What the builders share.
   *
   * @param <T> the builder itself
   */
  public abstract static class Builder<T extends Builder<T>> extends FeedForwardLayer.Builder<T>
      implements TensorBuilder<T> {
    private boolean hasBias;
    private TensorRequest request;

    /** Starts from nothing asked for. */
    Builder(TensorRequest request, boolean hasBias) {
      this.request = request;
      this.hasBias = hasBias;
    }

    /** With a bias (a dense layer's default) or without (an embedding's). */
    @SuppressWarnings("unchecked")
    public T hasBias(boolean bias) {
      this.hasBias = bias;
      return (T) this;
    }

    @Override
    @SuppressWarnings("unchecked")
    public T request(UnaryOperator<TensorRequest> change) {
      request = change.apply(request);
      return (T) this;
    }
  }
}
