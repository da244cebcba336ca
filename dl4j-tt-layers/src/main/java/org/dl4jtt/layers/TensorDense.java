package org.dl4jtt.layers;

import static org.dl4jtt.tensor.Check.argument;

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
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.dl4jtt.layers.impl.TensorDenseLayer;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What {@link TTDense} and {@link TRDense} share: all but the name and the kind of ranks. */
public abstract class TensorDense extends FeedForwardLayer implements TensorLayer {
  private @Nullable TensorForm form;
  private boolean hasBias = true;

  /** What the builder was asked for; not saved: a saved layer has its form. */
  private transient @Nullable TensorRequest request;

  /** For JSON. */
  protected TensorDense() {}

  /** From a builder. */
  protected TensorDense(Builder<?> builder) {
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
    return form != null ? form.order() : request != null ? request.order(false) : 0;
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    super.setNIn(inputType, override);
    resolve();
  }

  private void resolve() {
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
    TensorForm resolved = Objects.requireNonNull(form); // init has checked it
    // TransferLearning's nOutReplace and nInReplace set the sizes of any layer, and no more.
    TensorRequest.verify(getLayerName(), resolved, (int) nOut, List.of(), (int) nIn);
    TensorDenseLayer layer = new TensorDenseLayer(conf, dataType);
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamsViewArray(paramsView);
    layer.setParamTable(params);
    layer.setConf(conf);
    return layer;
  }

  @Override
  public ParamInitializer initializer() {
    return CoreParamInitializer.getInstance();
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    InputType outputType = getOutputType(-1, inputType);
    long params = initializer().numParams(this);
    long updaterState = getIUpdater() == null ? 0 : getIUpdater().stateSize(params);
    long perExample =
        inputType.arrayElementsPerExample() + 2 * outputType.arrayElementsPerExample();
    return new LayerMemoryReport.Builder(getLayerName(), getClass(), inputType, outputType)
        .standardMemory(params, updaterState)
        .workingMemory(0, outputType.arrayElementsPerExample(), 0, perExample)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TensorDense that
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
    private boolean hasBias = true;
    private TensorRequest request;

    /** Starts from nothing asked for. */
    protected Builder(TensorRequest request) {
      this.request = request;
    }

    /** With a bias (the default) or without. */
    @SuppressWarnings("unchecked")
    public T hasBias(boolean bias) {
      this.hasBias = bias;
      return (T) this;
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

    @Override
    @SuppressWarnings("unchecked")
    public T request(UnaryOperator<TensorRequest> change) {
      request = change.apply(request);
      return (T) this;
    }
  }
}
