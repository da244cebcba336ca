package org.dl4jtt.layers.convert;

import static org.dl4jtt.tensor.Check.argument;
import static org.dl4jtt.tensor.Check.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.dl4jtt.layers.CoreParamInitializer;
import org.dl4jtt.layers.TRDense;
import org.dl4jtt.layers.TTDense;
import org.dl4jtt.layers.TensorDense;
import org.dl4jtt.tensor.CoreChain;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.TensorRing;
import org.dl4jtt.tensor.TensorTrain;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link DenseLayer} to {@link TTDense} or {@link TRDense} and back. */
final class DenseConversion implements LayerConversion {
  private static final String W = DefaultParamInitializer.WEIGHT_KEY;
  private static final String B = DefaultParamInitializer.BIAS_KEY;

  @Override
  public boolean handlesStock(Layer stock) {
    return stock instanceof DenseLayer dense && !dense.hasLayerNorm();
  }

  @Override
  public boolean handlesTensor(Layer tensor) {
    return tensor instanceof TensorDense;
  }

  @Override
  public ConvertedLayer toTensor(
      Layer stock, Map<String, INDArray> parameters, Map<String, FactoredWeight> factors) {
    DenseLayer from = (DenseLayer) stock;
    FactoredWeight factor = factors.get(W);
    argument(factor != null, "layer %s: the factors of W are missing", stock.getLayerName());
    FactoredWeight weight = Objects.requireNonNull(factor);
    TensorForm form = weight.form();
    TensorDense to = form.isTrain() ? new TTDense() : new TRDense();
    LayerFields.copy(from, to, Set.of(B));
    to.setForm(form);
    to.setHasBias(from.hasBias());

    Map<String, INDArray> converted = new LinkedHashMap<>();
    List<String> names = CoreParamInitializer.coreNames(form.order());
    for (int k = 0; k < form.order(); k++) {
      converted.put(names.get(k), weight.core(k).dup('c'));
    }
    copyBias(parameters, converted);
    return new ConvertedLayer(to, converted);
  }

  @Override
  public ConvertedLayer toDense(Layer tensor, Map<String, INDArray> parameters) {
    TensorDense from = (TensorDense) tensor;
    DenseLayer to = new DenseLayer();
    LayerFields.copy(from, to, Set.of(B));
    to.setHasBias(from.hasBias());

    TensorForm form = from.getForm();
    state(form != null, "layer %s has no form yet: nIn is not known", tensor.getLayerName());
    Map<String, INDArray> converted = new LinkedHashMap<>();
    converted.put(W, weight(Objects.requireNonNull(form), parameters).toParameter());
    copyBias(parameters, converted);
    return new ConvertedLayer(to, converted);
  }

  /** The cores of a layer's parameters, as the weight they stand for. */
  static FactoredWeight weight(TensorForm form, Map<String, INDArray> parameters) {
    List<INDArray> cores = new ArrayList<>();
    List<Integer> modes = form.tensorization().modes();
    for (int k = 0; k < form.order(); k++) {
      long[] shape = {form.ranks().get(k), modes.get(k), form.ranks().get(k + 1)};
      INDArray core = Objects.requireNonNull(parameters.get(CoreParamInitializer.CORE + k));
      cores.add(core.dup('c').reshape('c', shape));
    }
    CoreChain chain = form.isTrain() ? new TensorTrain(cores) : new TensorRing(cores);
    return new FactoredWeight(form.tensorization(), chain);
  }

  private static void copyBias(Map<String, INDArray> from, Map<String, INDArray> to) {
    INDArray bias = from.get(B);
    if (bias != null) {
      to.put(B, bias.dup());
    }
  }
}
