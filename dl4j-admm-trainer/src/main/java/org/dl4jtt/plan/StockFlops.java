package org.dl4jtt.plan;

import java.util.Optional;
import java.util.OptionalLong;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.dl4jtt.internal.Check;

/**
 * Floating-point operations of the stock layers for one example, two for every multiply-add of
 * their matrices and kernels; for sequences, of one step. What acts element by element (biases,
 * gains, activations, peepholes) is not counted.
 *
 * <pre>
 *   dense, output        2 N M                      convolution          2 · outputs' positions · O K I
 *   LSTM, GravesLSTM     2 · 4n (N + n)             transposed           2 · inputs' positions · O K I
 *   SimpleRnn            2 n (N + n)                depthwise            2 · outputs' positions · K I D
 *   autoencoder          2 N M, the encoder         separable            depthwise, then 2 · positions · I D O
 *   embedding            0, a row is looked up      locally connected    2 · outputs' positions · O K I
 * </pre>
 *
 * <p>Only these classes themselves: what a subclass or a layer of a user's does is not known, and
 * not guessed.
 */
final class StockFlops {
  private static final int GATES = 4;

  private StockFlops() {}

  /**
   * Counts.
   *
   * @param layer without wrappers, with parameters
   * @param input what goes in; convolutions need it
   * @return empty if the operations of such a layer are not counted
   * @throws IllegalArgumentException if the size of the images is needed and not known
   */
  @SuppressWarnings("deprecation") // the Graves layers: networks that have them are still counted
  static OptionalLong of(Layer layer, Optional<InputType> input) {
    Class<?> type = layer.getClass();
    if (type == BatchNormalization.class
        || type == PReLULayer.class
        || type == ElementWiseMultiplicationLayer.class
        || type == EmbeddingLayer.class
        || type == EmbeddingSequenceLayer.class) {
      return OptionalLong.of(0);
    }
    if (layer instanceof LocallyConnected1D || layer instanceof LocallyConnected2D) {
      return locallyConnected(layer, input);
    }
    if (!(layer instanceof FeedForwardLayer sized)) {
      return OptionalLong.empty();
    }
    long n = sized.getNOut();
    long inputs = sized.getNIn();
    if (type == DenseLayer.class
        || type == OutputLayer.class
        || type == RnnOutputLayer.class
        || type == CenterLossOutputLayer.class
        || type == AutoEncoder.class) {
      return OptionalLong.of(2 * n * inputs);
    }
    if (type == LSTM.class || type == GravesLSTM.class) {
      return OptionalLong.of(2 * GATES * n * (inputs + n));
    }
    if (type == GravesBidirectionalLSTM.class) {
      return OptionalLong.of(2 * 2 * GATES * n * (inputs + n));
    }
    if (type == SimpleRnn.class) {
      return OptionalLong.of(2 * n * (inputs + n));
    }
    return layer instanceof ConvolutionLayer convolution
        ? convolution(convolution, input)
        : OptionalLong.empty();
  }

  private static OptionalLong convolution(ConvolutionLayer layer, Optional<InputType> input) {
    Class<?> type = layer.getClass();
    long kernel = 1;
    for (int size : layer.getKernelSize()) {
      kernel *= size;
    }
    long matrix = layer.getNIn() * layer.getNOut();
    if (type == Convolution1D.class || type == Convolution1DLayer.class) {
      return OptionalLong.of(2 * matrix * layer.getKernelSize()[0]);
    }
    if (type == ConvolutionLayer.class
        || type == Convolution2D.class
        || type == Convolution3D.class) {
      return OptionalLong.of(2 * outputPositions(layer, input) * kernel * matrix);
    }
    if (type == Deconvolution2D.class || type == Deconvolution3D.class) {
      return OptionalLong.of(2 * positions(known(layer, input)) * kernel * matrix);
    }
    if (type == DepthwiseConvolution2D.class) {
      long depth = ((DepthwiseConvolution2D) layer).getDepthMultiplier();
      return OptionalLong.of(2 * outputPositions(layer, input) * kernel * layer.getNIn() * depth);
    }
    if (type == SeparableConvolution2D.class) {
      long depth = ((SeparableConvolution2D) layer).getDepthMultiplier();
      long channels = layer.getNIn() * depth;
      return OptionalLong.of(
          2 * outputPositions(layer, input) * channels * (kernel + layer.getNOut()));
    }
    return OptionalLong.empty();
  }

  /** Every position has a kernel of its own. */
  private static OptionalLong locallyConnected(Layer layer, Optional<InputType> input) {
    if (layer instanceof LocallyConnected2D images) {
      int[] kernel = images.getKernel();
      return OptionalLong.of(
          2
              * outputPositions(layer, input)
              * kernel[0]
              * kernel[1]
              * images.getNIn()
              * images.getNOut());
    }
    LocallyConnected1D steps = (LocallyConnected1D) layer;
    return OptionalLong.of(2L * steps.getKernel() * steps.getNIn() * steps.getNOut());
  }

  private static long outputPositions(Layer layer, Optional<InputType> input) {
    return positions(layer.getOutputType(0, known(layer, input)));
  }

  private static InputType known(Layer layer, Optional<InputType> input) {
    Check.argument(
        input.isPresent(),
        "the size of the images that layer %s convolves is not known; give the network's input,"
            + " such as InputType.convolutional(height, width, channels)",
        layer.getLayerName());
    return input.orElseThrow();
  }

  private static long positions(InputType type) {
    if (type instanceof InputType.InputTypeConvolutional image) {
      return image.getHeight() * image.getWidth();
    }
    if (type instanceof InputType.InputTypeConvolutionalFlat image) {
      return image.getHeight() * image.getWidth();
    }
    return type instanceof InputType.InputTypeConvolutional3D video
        ? video.getDepth() * video.getHeight() * video.getWidth()
        : 1;
  }
}
