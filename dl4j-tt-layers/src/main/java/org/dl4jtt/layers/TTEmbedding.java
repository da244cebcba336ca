package org.dl4jtt.layers;

import static org.dl4jtt.tensor.Check.argument;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.dl4jtt.layers.impl.TensorEmbeddingLayer;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Embedding whose table {@code [nIn, nOut]} is a tensor train (Khrulkov et al. 2019,
 * arXiv:1901.10787): row i is {@code G₁[i₁] ⋯ G_d[i_d]}, with i₁ … i_d the digits of i in the input
 * modes.
 *
 * <pre>
 *                        input                           output
 *   (default)            [batch, 1]                      [batch, nOut]                  as EmbeddingLayer
 *   sequence(true)       [batch, time], [batch, 1, time] [batch, nOut, time] (or NWC)   as EmbeddingSequenceLayer
 * </pre>
 *
 * <p>A row is computed from its slices of the cores; the table never exists, and only those slices
 * get a gradient. A vocabulary with no good modes is rounded up: nIn is the product of the modes.
 *
 * <pre>{@code
 * new TTEmbedding.Builder().sequence(true)
 *     .nIn(30_720).inputModes(30, 32, 32)     // room for a vocabulary of 30,000
 *     .nOut(256).outputModes(4, 8, 8)
 *     .ranks(16).build()
 * }</pre>
 */
public class TTEmbedding extends FeedForwardLayer implements TensorLayer {
  private @Nullable TensorForm form;
  private boolean hasBias;
  private boolean sequence;
  private int inputLength = 1;
  private boolean inferInputLength = true;
  private RNNFormat outputFormat = RNNFormat.NCW;

  /** What the builder was asked for; not saved: a saved layer has its form. */
  private transient @Nullable TensorRequest request;

  /** For JSON. */
  public TTEmbedding() {}

  private TTEmbedding(Builder builder) {
    super(builder);
    this.hasBias = builder.hasBias;
    this.sequence = builder.sequence;
    this.inputLength = builder.inputLength;
    this.inferInputLength = builder.inferInputLength;
    this.outputFormat = builder.outputFormat;
    this.request = builder.request;
    this.nIn = builder.request.inputs(nIn);
    this.nOut = builder.request.outputs(nOut);
    CoreParamInitializer.refuseTable(weightInitFn, getLayerName());
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

  /** True if the input is sequences of indices. */
  public boolean isSequence() {
    return sequence;
  }

  /** For JSON. */
  public void setSequence(boolean sequence) {
    this.sequence = sequence;
  }

  /** The number of steps, if they are not inferred. */
  public int getInputLength() {
    return inputLength;
  }

  /** For JSON. */
  public void setInputLength(int inputLength) {
    this.inputLength = inputLength;
  }

  /** True if any number of steps is taken. */
  public boolean isInferInputLength() {
    return inferInputLength;
  }

  /** For JSON. */
  public void setInferInputLength(boolean inferInputLength) {
    this.inferInputLength = inferInputLength;
  }

  /** Where a sequence's output has its time axis. */
  public RNNFormat getOutputFormat() {
    return outputFormat;
  }

  /** For JSON. */
  public void setOutputFormat(RNNFormat outputFormat) {
    this.outputFormat = outputFormat;
  }

  @Override
  public int order() {
    return form != null ? form.order() : request != null ? request.order(false) : 0;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    if (!sequence) {
      return super.getOutputType(layerIndex, inputType);
    }
    argument(
        inputType != null
            && (inputType.getType() == InputType.Type.FF
                || inputType.getType() == InputType.Type.RNN),
        "layer '%s' (index %d) takes a feed-forward or recurrent input type, got %s",
        getLayerName(),
        layerIndex,
        inputType);
    return InputType.recurrent(nOut, inputLength, outputFormat);
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    if (sequence && inputType instanceof InputType.InputTypeRecurrent recurrent) {
      if (nIn <= 0 || override) {
        nIn = recurrent.getSize();
      }
    } else {
      super.setNIn(inputType, override);
    }
    resolve();
  }

  @Override
  public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return sequence && inputType instanceof InputType.InputTypeRecurrent
        ? null
        : super.getPreProcessorForInputType(inputType);
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
    TensorRequest.verify(getLayerName(), resolved, (int) nOut, List.of(), (int) nIn);
    TensorEmbeddingLayer layer = new TensorEmbeddingLayer(conf, dataType);
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
    long perExample = outputType.arrayElementsPerExample();
    return new LayerMemoryReport.Builder(getLayerName(), getClass(), inputType, outputType)
        .standardMemory(params, updaterState)
        .workingMemory(0, perExample, 0, 2 * perExample)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  @Override
  public TTEmbedding clone() {
    return (TTEmbedding) super.clone();
  }

  @Override
  protected boolean canEqual(@Nullable Object other) {
    return other instanceof TTEmbedding;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TTEmbedding that
        && super.equals(other)
        && hasBias == that.hasBias
        && sequence == that.sequence
        && inputLength == that.inputLength
        && inferInputLength == that.inferInputLength
        && outputFormat == that.outputFormat
        && Objects.equals(form, that.form);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        super.hashCode(), form, hasBias, sequence, inputLength, inferInputLength, outputFormat);
  }

  @Override
  public String toString() {
    return TensorDescription.of(this, form, request, nIn, nOut);
  }

  /** Builds the layer, in DL4J's own style. */
  @SuppressWarnings("unchecked") // DL4J declares <E extends Layer> E build()
  public static class Builder extends FeedForwardLayer.Builder<Builder>
      implements TensorBuilder<Builder> {
    private boolean hasBias;
    private boolean sequence;
    private int inputLength = 1;
    private boolean inferInputLength = true;
    private RNNFormat outputFormat = RNNFormat.NCW;
    private TensorRequest request = TensorRequest.train();

    /** The activation is the identity, not the network's default, as in DL4J's embeddings. */
    public Builder() {
      activationFn = new ActivationIdentity();
    }

    /** With a bias or without (the default). */
    public Builder hasBias(boolean bias) {
      this.hasBias = bias;
      return this;
    }

    /** Takes sequences of indices; by default one index for each example. */
    public Builder sequence(boolean sequences) {
      this.sequence = sequences;
      return this;
    }

    /** Takes sequences of exactly this many steps. */
    public Builder inputLength(int steps) {
      this.inputLength = steps;
      this.inferInputLength = false;
      return this;
    }

    /** Takes sequences of any number of steps (the default). */
    public Builder inferInputLength(boolean infer) {
      this.inferInputLength = infer;
      return this;
    }

    /** Where a sequence's output has its time axis, by default last (NCW). */
    public Builder outputDataFormat(RNNFormat format) {
      this.outputFormat = format;
      return this;
    }

    @Override
    public Builder request(UnaryOperator<TensorRequest> change) {
      request = change.apply(request);
      return this;
    }

    @Override
    public TTEmbedding build() {
      return new TTEmbedding(this);
    }
  }
}
