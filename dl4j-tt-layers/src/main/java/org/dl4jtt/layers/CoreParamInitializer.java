package org.dl4jtt.layers;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.internal.Check.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitIdentity;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.deeplearning4j.nn.weights.embeddings.WeightInitEmbedding;
import org.dl4jtt.tensor.RandomCores;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Parameters of a layer in tensor form: {@code core0, core1, …}, then {@code b}, each a 'c'-ordered
 * view of the network's flat vector.
 *
 * <p>The cores are drawn such that their product, the full matrix, has the standard deviation that
 * the layer's {@link IWeightInit} would have given it.
 */
public final class CoreParamInitializer implements ParamInitializer {
  /** Cores are called core0, core1, … (a name with an underscore breaks DL4J's updater). */
  public static final String CORE = "core";

  /** The bias. */
  public static final String BIAS = "b";

  private static final CoreParamInitializer INSTANCE = new CoreParamInitializer();

  private CoreParamInitializer() {}

  /** The one instance: it has no state. */
  public static CoreParamInitializer getInstance() {
    return INSTANCE;
  }

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    return form(layer).weights() + biases(layer);
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    List<String> keys = new ArrayList<>(weightKeys(layer));
    keys.addAll(biasKeys(layer));
    return keys;
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return coreNames(((TensorLayer) layer).order());
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return ((TensorLayer) layer).hasBias() ? List.of(BIAS) : List.of();
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return key.startsWith(CORE);
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return BIAS.equals(key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
    Map<String, INDArray> params = getGradientsFromFlattened(conf, paramsView);
    params.keySet().forEach(conf::addVariable);
    if (initializeParams) {
      FeedForwardLayer layer = (FeedForwardLayer) conf.getLayer();
      TensorForm form = form(layer);
      // The fans are those that DL4J gives the full weight.
      double positions = form.tensorization().positions();
      fillCores(
          form,
          cores(params, form),
          layer.getWeightInitFn(),
          layer instanceof TTEmbedding ? 1 : layer.getNIn() * positions,
          layer.getNOut() * positions / strides(layer),
          layer.getLayerName());
      INDArray bias = params.get(BIAS);
      if (bias != null) {
        bias.assign(layer.getBiasInit());
      }
    }
    return params;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray gradientView) {
    Layer layer = conf.getLayer();
    TensorForm form = form(layer);
    long expected = numParams(layer);
    INDArray flat = flat(layer, gradientView, expected);
    Map<String, INDArray> views = coreViews(form, flat);
    if (biases(layer) > 0) {
      views.put(BIAS, flat.get(NDArrayIndex.interval(form.weights(), expected)));
    }
    return views;
  }

  /** The view that a network gives a layer with so many parameters, of one axis. */
  static INDArray flat(Layer layer, INDArray view, long parameters) {
    state(
        view.length() == parameters,
        "layer '%s' needs %d parameters, the view has %d",
        layer.getLayerName(),
        parameters,
        view.length());
    return view.reshape(view.length());
  }

  /** core0 … core(d-1). */
  public static List<String> coreNames(int order) {
    List<String> names = new ArrayList<>();
    for (int k = 0; k < order; k++) {
      names.add(CORE + k);
    }
    return names;
  }

  /** The cores among a layer's parameters, in order. */
  public static List<INDArray> cores(Map<String, INDArray> params, TensorForm form) {
    return coreNames(form.order()).stream().map(params::get).toList();
  }

  /**
   * The cores at the front of a flat vector.
   *
   * @param flat of one axis, at least {@link TensorForm#weights()} long
   * @return 'c'-ordered views by name, in the flat vector's order; to be added to
   */
  public static Map<String, INDArray> coreViews(TensorForm form, INDArray flat) {
    Map<String, INDArray> views = new LinkedHashMap<>();
    long offset = 0;
    for (int k = 0; k < form.order(); k++) {
      long[] shape = form.coreShape(k);
      long end = offset + shape[0] * shape[1] * shape[2] * (shape.length > 3 ? shape[3] : 1);
      views.put(CORE + k, flat.get(NDArrayIndex.interval(offset, end)).reshape('c', shape));
      offset = end;
    }
    return views;
  }

  /**
   * Draws cores whose product has the standard deviation of a full matrix drawn by {@code
   * weightInit}, from ND4J's random generator.
   */
  public static void fillCores(
      TensorForm form,
      List<INDArray> cores,
      IWeightInit weightInit,
      double fanIn,
      double fanOut,
      String layerName) {
    double deviation = standardDeviation(weightInit, fanIn, fanOut, layerName);
    boolean zero = deviation == 0;
    if (zero) {
      deviation = standardDeviation(new WeightInitXavier(), fanIn, fanOut, layerName);
    }
    List<INDArray> drawn =
        RandomCores.of(
                form,
                deviation,
                RandomCores.Distribution.NORMAL,
                Nd4j.getRandom().nextLong(),
                cores.get(0).dataType())
            .cores();
    for (int k = 0; k < drawn.size(); k++) {
      cores.get(k).assign(drawn.get(k).reshape('c', form.coreShape(k)));
    }
    if (zero) {
      // The product is zero, yet not every gradient is: only the last core is zero.
      cores.get(cores.size() - 1).assign(0);
    }
  }

  /**
   * Root mean square of a sample, so that it holds for a user's own weight initialisation as well.
   */
  private static double standardDeviation(
      IWeightInit weightInit, double fanIn, double fanOut, String layerName) {
    state(
        !(weightInit instanceof WeightInitIdentity),
        "layer '%s': weightInit IDENTITY has no tensor form; use XAVIER, RELU or another random one",
        layerName);
    refuseTable(weightInit, layerName);
    int side = 128; // 16384 numbers: the deviation is right to about 0.6 %
    INDArray sample = Nd4j.createUninitialized(DataType.DOUBLE, (long) side * side);
    weightInit.init(fanIn, fanOut, new long[] {side, side}, 'f', sample);
    return sample.norm2Number().doubleValue() / side;
  }

  /** By which a convolution divides its fan out; 1 for other layers. */
  private static double strides(Layer layer) {
    if (layer instanceof ConvolutionLayer convolution) {
      int[] stride = convolution.getStride();
      return (double) stride[0] * stride[1];
    }
    return 1;
  }

  /** A table given as the initial weights of an embedding: that is a decomposition. */
  static void refuseTable(@Nullable IWeightInit weightInit, @Nullable String layerName) {
    argument(
        !(weightInit instanceof WeightInitEmbedding),
        "layer '%s': a table of vectors as weightInit has no tensor form; give it to DL4J's"
            + " EmbeddingLayer or EmbeddingSequenceLayer and convert that by TensorLayers.toTensor",
        layerName);
  }

  private static long biases(Layer layer) {
    return ((TensorLayer) layer).hasBias() ? ((FeedForwardLayer) layer).getNOut() : 0;
  }

  /**
   * The form of a layer that is about to get its parameters.
   *
   * @throws IllegalStateException if it is not known yet
   * @throws IllegalArgumentException if its ranks are absurd
   */
  static TensorForm form(Layer layer) {
    TensorForm form = ((TensorLayer) layer).getForm();
    state(
        form != null,
        "layer '%s': its number of inputs is not known; call nIn(..) on the layer or set an input type",
        layer.getLayerName());
    TensorForm known = Objects.requireNonNull(form);
    FormCheck.ranks(layer.getLayerName(), known);
    return known;
  }
}
