package org.dl4jtt.layers.convert;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;

/**
 * The weights of stock layers that can be read as tensors, with their shapes, by DL4J's parameter
 * names.
 *
 * <pre>
 *   Dense, Output, RnnOutput, Embedding   W  [nIn, nOut]
 *   Convolution 2-D, 1-D                  W  [nOut, nIn, kH, kW], [nOut, nIn, k, 1]
 *   LSTM                                  W  [nIn, 4n], RW [n, 4n]   four gates, n units
 *   GravesLSTM                            W  [nIn, 4n]               (RW has its peepholes inside)
 *   SimpleRnn                             W  [nIn, n],  RW [n, n]
 *   Bidirectional                         fW, fRW, bW, bRW
 * </pre>
 *
 * <p>A wrapper has the weights of what it wraps. Only these classes themselves, no subclasses:
 * those may keep the same name for another layout.
 */
public final class StockWeights {
  private static final Set<Class<?>> MATRIX =
      Set.of(
          DenseLayer.class,
          OutputLayer.class,
          RnnOutputLayer.class,
          EmbeddingLayer.class,
          EmbeddingSequenceLayer.class);
  private static final Set<Class<?>> CONVOLUTION_2D =
      Set.of(ConvolutionLayer.class, Convolution2D.class);
  private static final Set<Class<?>> CONVOLUTION_1D =
      Set.of(Convolution1DLayer.class, Convolution1D.class);
  private static final int GATES = 4;

  private StockWeights() {}

  /**
   * Shapes by parameter name, in DL4J's order.
   *
   * @param stock a layer's configuration with known numbers of inputs and outputs
   * @return empty if the layer has no such weight
   */
  @SuppressWarnings("deprecation") // GravesLSTM: networks that have it are still compressed
  public static Map<String, WeightShape> of(Layer stock) {
    Map<String, WeightShape> weights = new LinkedHashMap<>();
    if (stock instanceof Bidirectional both) {
      of(both.getFwd()).forEach((name, shape) -> weights.put("f" + name, shape));
      of(both.getBwd()).forEach((name, shape) -> weights.put("b" + name, shape));
      return weights;
    }
    Layer inner = Wrappers.innermost(stock);
    Class<?> type = inner.getClass();
    if (!(inner instanceof FeedForwardLayer layer)) {
      return inner instanceof Bidirectional ? of(inner) : weights;
    }
    int n = Math.toIntExact(layer.getNOut());
    int inputs = Math.toIntExact(layer.getNIn());
    if (MATRIX.contains(type)) {
      weights.put("W", new WeightShape(n, List.of(), inputs));
    } else if (CONVOLUTION_2D.contains(type)) {
      int[] kernel = ((ConvolutionLayer) layer).getKernelSize();
      weights.put("W", new WeightShape(n, List.of(kernel[0], kernel[1]), inputs));
    } else if (CONVOLUTION_1D.contains(type)) {
      int[] kernel = ((ConvolutionLayer) layer).getKernelSize();
      weights.put("W", new WeightShape(n, List.of(kernel[0], 1), inputs));
    } else if (type == LSTM.class || type == GravesLSTM.class) {
      weights.put("W", new WeightShape(GATES * n, List.of(), inputs));
      if (type == LSTM.class) {
        weights.put("RW", new WeightShape(GATES * n, List.of(), n));
      }
    } else if (type == SimpleRnn.class) {
      weights.put("W", new WeightShape(n, List.of(), inputs));
      weights.put("RW", new WeightShape(n, List.of(), n));
    }
    return weights;
  }
}
