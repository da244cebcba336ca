package org.dl4jtt.layers.convert;

import static org.dl4jtt.tensor.Check.argument;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.dl4jtt.layers.TRDense;
import org.dl4jtt.layers.TTDense;
import org.dl4jtt.layers.TensorDense;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.TensorForm;
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
    CoreParameters.put(weight, converted);
    copyBias(parameters, converted);
    return new ConvertedLayer(to, converted);
  }

  @Override
  public ConvertedLayer toDense(Layer tensor, Map<String, INDArray> parameters) {
    TensorDense from = (TensorDense) tensor;
    DenseLayer to = new DenseLayer();
    LayerFields.copy(from, to, Set.of(B));
    to.setHasBias(from.hasBias());

    Map<String, INDArray> converted = new LinkedHashMap<>();
    converted.put(
        W, CoreParameters.get(from.getLayerName(), from.getForm(), parameters).toParameter());
    copyBias(parameters, converted);
    return new ConvertedLayer(to, converted);
  }

  private static void copyBias(Map<String, INDArray> from, Map<String, INDArray> to) {
    INDArray bias = from.get(B);
    if (bias != null) {
      to.put(B, bias.dup());
    }
  }
}
