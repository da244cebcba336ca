package org.dl4jtt.layers;

import static org.dl4jtt.internal.Check.argument;

import java.util.Objects;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.dl4jtt.layers.impl.TensorEmbeddingLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;

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
public class TTEmbedding extends TensorFeedForward {
  private boolean sequence;
  private int inputLength = 1;
  private boolean inferInputLength = true;
  private RNNFormat outputFormat = RNNFormat.NCW;

  /** For JSON. */
  public TTEmbedding() {
    super(false);
  }

  private TTEmbedding(Builder builder) {
    super(builder);
    this.sequence = builder.sequence;
    this.inputLength = builder.inputLength;
    this.inferInputLength = builder.inferInputLength;
    this.outputFormat = builder.outputFormat;
    CoreParamInitializer.refuseTable(weightInitFn, getLayerName());
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
      resolve();
    } else {
      super.setNIn(inputType, override);
    }
  }

  @Override
  public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return sequence && inputType instanceof InputType.InputTypeRecurrent
        ? null
        : super.getPreProcessorForInputType(inputType);
  }

  @Override
  AbstractLayer<?> running(NeuralNetConfiguration conf, DataType dataType) {
    return new TensorEmbeddingLayer(conf, dataType);
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    long outputs = getOutputType(-1, inputType).arrayElementsPerExample();
    return MemoryEstimate.of(this, inputType, 2 * outputs);
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
        && sequence == that.sequence
        && inputLength == that.inputLength
        && inferInputLength == that.inferInputLength
        && outputFormat == that.outputFormat;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), sequence, inputLength, inferInputLength, outputFormat);
  }

  /** Builds the layer, in DL4J's own style. */
  @SuppressWarnings("unchecked") // DL4J declares <E extends Layer> E build()
  public static class Builder extends TensorFeedForward.Builder<Builder> {
    private boolean sequence;
    private int inputLength = 1;
    private boolean inferInputLength = true;
    private RNNFormat outputFormat = RNNFormat.NCW;

    /** The activation is the identity, not the network's default, as in DL4J's embeddings. */
    public Builder() {
      super(TensorRequest.train(), false);
      activationFn = new ActivationIdentity();
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
    public TTEmbedding build() {
      return new TTEmbedding(this);
    }
  }
}
