package org.dl4jtt.layers;

import static org.dl4jtt.internal.Check.argument;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.util.ConvolutionUtils;
import org.deeplearning4j.util.ValidationUtils;
import org.dl4jtt.layers.impl.TensorConvLayer;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What {@link TTConv} and {@link TRConv} share: all but the name and the kind of ranks. */
public abstract class TensorConv extends ConvolutionLayer implements TensorLayer {
  private @Nullable TensorForm form;

  /** What the builder was asked for; not saved: a saved layer has its form. */
  private transient @Nullable TensorRequest request;

  /** For JSON. */
  protected TensorConv() {}

  /** From a builder. */
  protected TensorConv(Builder<?> builder) {
    super(builder);
    setCnn2dDataFormat(builder.dataFormat);
    request = builder.request;
    nIn = builder.request.inputs(nIn);
    nOut = builder.request.outputs(nOut);
    resolve();
    // DL4J's constructor has done this before there were cores to name.
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

  @Override
  public int order() {
    return TensorRequest.order(form, request, true);
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    super.setNIn(inputType, override);
    resolve();
  }

  private void resolve() {
    if (request != null && nIn > 0 && nOut > 0) {
      form = request.resolve(getLayerName(), (int) nOut, kernel(), (int) nIn);
    }
  }

  private List<Integer> kernel() {
    return List.of(kernelSize[0], kernelSize[1]);
  }

  @Override
  public TensorConv clone() {
    return (TensorConv) super.clone();
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType dataType) {
    argument(
        getConvolutionMode() != ConvolutionMode.Causal,
        "layer '%s': a convolution over images has no causal mode; use Same, Truncate or Strict",
        getLayerName());
    Map<String, INDArray> params = initializer().init(conf, paramsView, initializeParams);
    // TransferLearning's nOutReplace and nInReplace set the sizes of any layer, and no more.
    TensorForm resolved = Objects.requireNonNull(form); // init has checked it
    FormCheck.fits(getLayerName(), resolved, (int) nOut, kernel(), (int) nIn);
    return RunningLayer.of(
        new TensorConvLayer(conf, dataType), listeners, index, paramsView, params);
  }

  @Override
  public ParamInitializer initializer() {
    return CoreParamInitializer.getInstance();
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    long outputs = getOutputType(-1, inputType).arrayElementsPerExample();
    // At most the input of every stage again, its output, and the gradients of both.
    return MemoryEstimate.of(
        this, inputType, 2 * (inputType.arrayElementsPerExample() + 2 * outputs));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TensorConv that
        && super.equals(other)
        && Objects.equals(form, that.form);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), form);
  }

  @Override
  public String toString() {
    return TensorDescription.of(this, form, request, nIn, nOut);
  }

  /**
   * What the builders share: the calls of DL4J's own, and those of a layer in tensor form.
   *
   * @param <T> the builder itself
   */
  public abstract static class Builder<T extends Builder<T>> extends BaseConvBuilder<T>
      implements TensorBuilder<T> {
    private CNN2DFormat dataFormat = CNN2DFormat.NCHW;
    private TensorRequest request;

    /** Starts from nothing asked for. */
    protected Builder(TensorRequest request, int... kernelSize) {
      this.request = request;
      if (kernelSize.length > 0) {
        setKernelSize(kernelSize);
      }
    }

    /** Channels first or last; the network's input type overrides it. */
    @SuppressWarnings("unchecked")
    public T dataFormat(CNN2DFormat format) {
      dataFormat = format;
      return (T) this;
    }

    @Override
    @SuppressWarnings("unchecked")
    public T request(UnaryOperator<TensorRequest> change) {
      request = change.apply(request);
      return (T) this;
    }

    /** Checks what DL4J's own builder checks. */
    protected void validate() {
      ConvolutionUtils.validateConvolutionModePadding(convolutionMode, padding);
      ConvolutionUtils.validateCnnKernelStridePadding(kernelSize, stride, padding);
    }

    @Override
    protected boolean allowCausal() {
      return false;
    }

    @Override
    public void setKernelSize(int[] kernelSize) {
      this.kernelSize = ValidationUtils.validate2NonNegative(kernelSize, false, "kernelSize");
    }

    @Override
    public void setStride(int[] stride) {
      this.stride = ValidationUtils.validate2NonNegative(stride, false, "stride");
    }

    @Override
    public void setPadding(int[] padding) {
      this.padding = ValidationUtils.validate2NonNegative(padding, false, "padding");
    }

    @Override
    public void setDilation(int[] dilation) {
      this.dilation = ValidationUtils.validate2NonNegative(dilation, false, "dilation");
    }
  }
}
