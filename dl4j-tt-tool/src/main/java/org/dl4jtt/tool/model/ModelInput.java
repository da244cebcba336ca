package org.dl4jtt.tool.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * What goes into a model, as far as its configuration tells.
 *
 * @param kind of input
 * @param size numbers of a vector, channels of an image, features of a step; 0 if not known
 * @param height of an image; 0 if not known or no image
 * @param width of an image; 0 if not known or no image
 * @param channelsLast [n, height, width, channels] or [n, steps, features], not DL4J's usual order
 */
public record ModelInput(Kind kind, long size, long height, long width, boolean channelsLast) {

  /** Kinds of input. */
  public enum Kind {
    /** [n, size]. */
    VECTOR,
    /** [n, size, height, width]. */
    IMAGE,
    /** [n, size, steps]. */
    SEQUENCE,
    /** Something that the tool has no data for. */
    OTHER
  }

  private static final ModelInput UNKNOWN = new ModelInput(Kind.OTHER, 0, 0, 0, false);

  static ModelInput of(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      var configuration = network.getLayerWiseConfigurations();
      boolean sameSize = true;
      for (int i = 0; i < configuration.getConfs().size(); i++) {
        InputPreProcessor preProcessor = configuration.getInputPreProcess(i);
        Layer layer = innermost(configuration.getConf(i).getLayer());
        if (preProcessor != null || !keepsChannels(layer)) {
          ModelInput found = of(preProcessor, layer);
          return sameSize || found.kind != Kind.IMAGE ? found : found.withSize(0, 0);
        }
        sameSize &= keepsSize(layer);
      }
      return UNKNOWN;
    }
    return ofGraph(((ComputationGraph) model).getConfiguration());
  }

  private static ModelInput ofGraph(ComputationGraphConfiguration configuration) {
    if (configuration.getNetworkInputs().size() != 1) {
      return UNKNOWN;
    }
    return behind(configuration, configuration.getNetworkInputs().get(0));
  }

  /** From the first layer behind a vertex that fixes the channels. */
  private static ModelInput behind(ComputationGraphConfiguration configuration, String source) {
    for (Map.Entry<String, List<String>> entry : configuration.getVertexInputs().entrySet()) {
      if (entry.getValue().contains(source)
          && configuration.getVertices().get(entry.getKey()) instanceof LayerVertex vertex) {
        Layer layer = innermost(vertex.getLayerConf().getLayer());
        boolean passed = vertex.getPreProcessor() == null && keepsChannels(layer);
        ModelInput found =
            passed ? behind(configuration, entry.getKey()) : of(vertex.getPreProcessor(), layer);
        if (found.kind != Kind.OTHER) {
          return passed && !keepsSize(layer) && found.kind == Kind.IMAGE
              ? found.withSize(0, 0)
              : found;
        }
      }
    }
    return UNKNOWN;
  }

  /** True for layers that take images of any number of channels, or vectors, and hand them on. */
  private static boolean keepsChannels(Layer layer) {
    return keepsSize(layer)
        || layer instanceof ZeroPaddingLayer
        || layer instanceof Cropping2D
        || layer instanceof SubsamplingLayer
        || layer instanceof Upsampling2D;
  }

  /** True for those among them that do not change the size of an image either. */
  private static boolean keepsSize(Layer layer) {
    return layer instanceof BatchNormalization
        || layer instanceof DropoutLayer
        || layer instanceof ActivationLayer
        || layer instanceof PReLULayer
        || layer instanceof LocalResponseNormalization
        || layer instanceof MaskLayer;
  }

  private static ModelInput of(@Nullable InputPreProcessor preProcessor, Layer layer) {
    if (preProcessor instanceof FeedForwardToCnnPreProcessor p) {
      long numbers = p.getInputHeight() * p.getInputWidth() * p.getNumChannels();
      return new ModelInput(Kind.VECTOR, numbers, p.getInputHeight(), p.getInputWidth(), false);
    }
    if (preProcessor instanceof CnnToFeedForwardPreProcessor p) {
      boolean last = p.getFormat() == CNN2DFormat.NHWC;
      return new ModelInput(
          Kind.IMAGE, p.getNumChannels(), p.getInputHeight(), p.getInputWidth(), last);
    }
    return preProcessor == null ? of(innermost(layer)) : UNKNOWN;
  }

  private static ModelInput of(Layer layer) {
    if (layer instanceof BaseRecurrentLayer l) {
      return sequence(l.getNIn(), l.getRnnDataFormat());
    }
    if (layer instanceof Convolution1DLayer l) {
      return sequence(l.getNIn(), l.getRnnDataFormat());
    }
    if (layer instanceof ConvolutionLayer l) {
      return new ModelInput(
          Kind.IMAGE, l.getNIn(), 0, 0, l.getCnn2dDataFormat() == CNN2DFormat.NHWC);
    }
    if (layer instanceof EmbeddingLayer || layer instanceof EmbeddingSequenceLayer) {
      return UNKNOWN;
    }
    return layer instanceof FeedForwardLayer l
        ? new ModelInput(Kind.VECTOR, l.getNIn(), 0, 0, false)
        : UNKNOWN;
  }

  private static ModelInput sequence(long features, @Nullable RNNFormat format) {
    return new ModelInput(Kind.SEQUENCE, features, 0, 0, format == RNNFormat.NWC);
  }

  private static Layer innermost(Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return innermost(frozen.getLayer());
    }
    if (layer instanceof Bidirectional both) {
      return innermost(both.getFwd());
    }
    return layer instanceof BaseWrapperLayer wrapper ? innermost(wrapper.getUnderlying()) : layer;
  }

  /** With the size of the images from Keras' {@code batch_input_shape}. */
  ModelInput withKerasShape(@Nullable JsonNode shape) {
    if (kind != Kind.IMAGE || shape == null || shape.size() != 4) {
      return this;
    }
    int first = channelsLast ? 1 : 2;
    return withSize(shape.get(first).asLong(), shape.get(first + 1).asLong());
  }

  /** With the size of the images. */
  public ModelInput withSize(long newHeight, long newWidth) {
    return new ModelInput(kind, size, newHeight, newWidth, channelsLast);
  }

  /** For DL4J; empty if it is not known well enough. */
  public Optional<InputType> type() {
    return switch (kind) {
      case VECTOR ->
          Optional.of(
              height > 0
                  ? InputType.convolutionalFlat(height, width, size / (height * width))
                  : InputType.feedForward(size));
      case IMAGE ->
          height == 0
              ? Optional.empty()
              : Optional.of(
                  InputType.convolutional(
                      height, width, size, channelsLast ? CNN2DFormat.NHWC : CNN2DFormat.NCHW));
      case SEQUENCE ->
          Optional.of(InputType.recurrent(size, channelsLast ? RNNFormat.NWC : RNNFormat.NCW));
      case OTHER -> Optional.empty();
    };
  }

  /** The shape of a batch. */
  public long[] batchShape(int n, int steps) {
    return switch (kind) {
      case VECTOR -> new long[] {n, size};
      case IMAGE ->
          channelsLast ? new long[] {n, height, width, size} : new long[] {n, size, height, width};
      case SEQUENCE -> channelsLast ? new long[] {n, steps, size} : new long[] {n, size, steps};
      case OTHER -> throw new IllegalStateException("the input of the model is not known");
    };
  }

  /** For people: {@code images 28x28 of 1 channel}. */
  @Override
  public String toString() {
    return switch (kind) {
      case VECTOR ->
          "vectors of " + size + (height > 0 ? " (images " + height + "x" + width + ")" : "");
      case IMAGE ->
          "images "
              + (height > 0 ? height + "x" + width + " " : "")
              + "of "
              + size
              + (size == 1 ? " channel" : " channels");
      case SEQUENCE -> "sequences of " + size + " features";
      case OTHER -> "unknown";
    };
  }
}
