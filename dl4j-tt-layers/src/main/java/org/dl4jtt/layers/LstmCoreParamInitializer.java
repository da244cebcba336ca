package org.dl4jtt.layers;

import static java.util.Objects.requireNonNull;
import static org.dl4jtt.layers.CoreParamInitializer.form;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.dl4jtt.tensor.TensorForm;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Parameters of an LSTM in tensor form, in the order of the network's flat vector.
 *
 * <pre>
 *   core0, core1, …     input to hidden, 'c' order
 *   RW                  hidden to hidden, [n, 4n] in 'f' order as in DL4J's LSTM; or, if factorised,
 *   rcore0, rcore1, …   its cores, 'c' order
 *   b                   [4n], forget gate from forgetGateBiasInit
 * </pre>
 */
public final class LstmCoreParamInitializer implements ParamInitializer {
  /** The dense hidden-to-hidden weights. */
  public static final String RECURRENT_WEIGHT = "RW";

  /** The bias. */
  public static final String BIAS = CoreParamInitializer.BIAS;

  private static final String RECURRENT = "r";
  static final int GATES = 4;

  private static final LstmCoreParamInitializer INSTANCE = new LstmCoreParamInitializer();

  private LstmCoreParamInitializer() {}

  /** The one instance: it has no state. */
  public static LstmCoreParamInitializer getInstance() {
    return INSTANCE;
  }

  /** core0, core1, … */
  public static List<String> inputCoreNames(int order) {
    return CoreParamInitializer.coreNames(order);
  }

  /** rcore0, rcore1, … */
  public static List<String> recurrentCoreNames(int order) {
    return CoreParamInitializer.coreNames(order).stream().map(name -> RECURRENT + name).toList();
  }

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    TensorLSTM lstm = (TensorLSTM) layer;
    return form(lstm).weights() + recurrentWeights(lstm) + GATES * lstm.getNOut();
  }

  private static long recurrentWeights(TensorLSTM lstm) {
    TensorForm factors = lstm.getRecurrentForm();
    if (factors != null) {
      FormCheck.ranks(lstm.getLayerName(), factors);
    }
    return factors == null ? lstm.getNOut() * GATES * lstm.getNOut() : factors.weights();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    List<String> keys = new ArrayList<>(weightKeys(layer));
    keys.add(BIAS);
    return keys;
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    List<String> keys = new ArrayList<>(inputCoreNames(((TensorLSTM) layer).order()));
    keys.addAll(recurrentKeys((TensorLSTM) layer));
    return keys;
  }

  /** RW, or the names of its cores. */
  static List<String> recurrentKeys(TensorLSTM lstm) {
    int order = lstm.recurrentOrder();
    return order == 0 ? List.of(RECURRENT_WEIGHT) : recurrentCoreNames(order);
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return List.of(BIAS);
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return !isBiasParam(layer, key);
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
      fill((TensorLSTM) conf.getLayer(), params);
    }
    return params;
  }

  private static void fill(TensorLSTM lstm, Map<String, INDArray> params) {
    long n = lstm.getNOut();
    // DL4J's LSTM counts its fans like this, for both matrices.
    double fanIn = n;
    double fanOut = lstm.getNIn() + n;
    TensorForm form = form(lstm);
    List<INDArray> cores = CoreParamInitializer.cores(params, form);
    String name = lstm.getLayerName();
    CoreParamInitializer.fillCores(form, cores, lstm.getWeightInitFn(), fanIn, fanOut, name);

    IWeightInit own = lstm.getWeightInitFnRecurrent();
    IWeightInit recurrentInit = own == null ? lstm.getWeightInitFn() : own;
    TensorForm factors = lstm.getRecurrentForm();
    if (factors == null) {
      INDArray view = requireNonNull(params.get(RECURRENT_WEIGHT));
      recurrentInit.init(fanIn, fanOut, view.shape(), 'f', view.reshape('f', view.length(), 1));
    } else {
      List<INDArray> recurrent =
          recurrentCoreNames(factors.order()).stream().map(params::get).toList();
      CoreParamInitializer.fillCores(factors, recurrent, recurrentInit, fanIn, fanOut, name);
    }
    INDArray bias = requireNonNull(params.get(BIAS));
    bias.assign(0);
    bias.get(NDArrayIndex.interval(n, 2 * n)).assign(lstm.getForgetGateBiasInit());
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray gradientView) {
    TensorLSTM lstm = (TensorLSTM) conf.getLayer();
    long expected = numParams(lstm);
    INDArray flat = CoreParamInitializer.flat(lstm, gradientView, expected);
    TensorForm form = form(lstm);
    Map<String, INDArray> views = new LinkedHashMap<>(CoreParamInitializer.coreViews(form, flat));
    long n = lstm.getNOut();
    long start = form.weights();
    long end = start + recurrentWeights(lstm);
    INDArray recurrent = flat.get(NDArrayIndex.interval(start, end));
    TensorForm factors = lstm.getRecurrentForm();
    if (factors == null) {
      views.put(RECURRENT_WEIGHT, recurrent.reshape('f', n, GATES * n));
    } else {
      CoreParamInitializer.coreViews(factors, recurrent)
          .forEach((name, view) -> views.put(RECURRENT + name, view));
    }
    views.put(BIAS, flat.get(NDArrayIndex.interval(end, expected)));
    return views;
  }
}
