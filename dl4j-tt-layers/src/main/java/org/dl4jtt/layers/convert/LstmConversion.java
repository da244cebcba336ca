package org.dl4jtt.layers.convert;

import static java.util.Objects.requireNonNull;
import static org.dl4jtt.layers.convert.CoreParameters.BIAS;
import static org.dl4jtt.layers.convert.CoreParameters.WEIGHT;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.dl4jtt.layers.TRLSTM;
import org.dl4jtt.layers.TTLSTM;
import org.dl4jtt.layers.TensorLSTM;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.TensorForm;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link LSTM} to {@link TTLSTM} or {@link TRLSTM} and back. W becomes core0, core1, …; RW stays,
 * or becomes rcore0, rcore1, …
 *
 * <p>A GravesLSTM has no counterpart: its peephole weights are columns of its RW.
 */
final class LstmConversion implements LayerConversion {
  private static final String RECURRENT = "RW";
  private static final String RECURRENT_PREFIX = "r";

  @Override
  public boolean handlesStock(Layer stock) {
    return stock.getClass() == LSTM.class;
  }

  @Override
  public boolean handlesTensor(Layer tensor) {
    return tensor instanceof TensorLSTM;
  }

  @Override
  public ConvertedLayer toTensor(
      Layer stock, Map<String, INDArray> parameters, Map<String, FactoredWeight> factors) {
    LSTM from = (LSTM) stock;
    FactoredWeight input = CoreParameters.factors("an LSTM", stock, factors);
    FactoredWeight recurrent = factors.get(RECURRENT);
    TensorForm form = input.form();
    boolean train = form.isTrain() && (recurrent == null || recurrent.form().isTrain());
    TensorLSTM to = train ? new TTLSTM() : new TRLSTM();
    copy(from, to, recurrent == null);
    to.setForm(form);
    Map<String, INDArray> converted = new LinkedHashMap<>();
    CoreParameters.put(input, converted);
    if (recurrent == null) {
      converted.put(RECURRENT, requireNonNull(parameters.get(RECURRENT)).dup('f'));
    } else {
      to.setRecurrentForm(recurrent.form());
      Map<String, INDArray> cores = new LinkedHashMap<>();
      CoreParameters.put(recurrent, cores);
      cores.forEach((name, core) -> converted.put(RECURRENT_PREFIX + name, core));
    }
    CoreParameters.copyBias(parameters, converted);
    return new ConvertedLayer(to, converted);
  }

  @Override
  public ConvertedLayer toDense(Layer tensor, Map<String, INDArray> parameters) {
    TensorLSTM from = (TensorLSTM) tensor;
    TensorForm recurrent = from.getRecurrentForm();
    LSTM to = new LSTM();
    copy(from, to, recurrent == null);
    String name = from.getLayerName();
    Map<String, INDArray> converted = new LinkedHashMap<>();
    converted.put(WEIGHT, CoreParameters.get(name, from.getForm(), parameters).toParameter());
    converted.put(
        RECURRENT,
        recurrent == null
            ? requireNonNull(parameters.get(RECURRENT)).dup('f')
            : CoreParameters.get(name, recurrent, recurrentCores(parameters)).toParameter());
    CoreParameters.copyBias(parameters, converted);
    return new ConvertedLayer(to, converted);
  }

  private static Map<String, INDArray> recurrentCores(Map<String, INDArray> parameters) {
    Map<String, INDArray> cores = new LinkedHashMap<>();
    parameters.forEach(
        (name, value) -> {
          if (name.startsWith(RECURRENT_PREFIX)) {
            cores.put(name.substring(RECURRENT_PREFIX.length()), value);
          }
        });
    return cores;
  }

  private static void copy(AbstractLSTM from, AbstractLSTM to, boolean recurrentKept) {
    LayerFields.copy(from, to, recurrentKept ? Set.of(RECURRENT, BIAS) : Set.of(BIAS));
    to.setForgetGateBiasInit(from.getForgetGateBiasInit());
    to.setGateActivationFn(from.getGateActivationFn());
    to.setHelperAllowFallback(from.isHelperAllowFallback());
    to.setWeightInitFnRecurrent(from.getWeightInitFnRecurrent());
    to.setRnnDataFormat(from.getRnnDataFormat());
  }
}
