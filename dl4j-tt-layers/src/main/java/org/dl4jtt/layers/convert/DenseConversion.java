package org.dl4jtt.layers.convert;

import static org.dl4jtt.layers.convert.CoreParameters.BIAS;
import static org.dl4jtt.layers.convert.CoreParameters.WEIGHT;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.dl4jtt.layers.TRDense;
import org.dl4jtt.layers.TTDense;
import org.dl4jtt.layers.TensorDense;
import org.dl4jtt.tensor.FactoredWeight;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link DenseLayer} to {@link TTDense} or {@link TRDense} and back. */
final class DenseConversion implements LayerConversion {
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
    FactoredWeight weight = CoreParameters.factors("a dense layer", stock, factors);
    TensorDense to = weight.form().isTrain() ? new TTDense() : new TRDense();
    LayerFields.copy(from, to, Set.of(BIAS));
    to.setForm(weight.form());
    to.setHasBias(from.hasBias());

    Map<String, INDArray> converted = new LinkedHashMap<>();
    CoreParameters.put(weight, converted);
    CoreParameters.copyBias(parameters, converted);
    return new ConvertedLayer(to, converted);
  }

  @Override
  public ConvertedLayer toDense(Layer tensor, Map<String, INDArray> parameters) {
    TensorDense from = (TensorDense) tensor;
    DenseLayer to = new DenseLayer();
    LayerFields.copy(from, to, Set.of(BIAS));
    to.setHasBias(from.hasBias());

    Map<String, INDArray> converted = new LinkedHashMap<>();
    converted.put(
        WEIGHT, CoreParameters.get(from.getLayerName(), from.getForm(), parameters).toParameter());
    CoreParameters.copyBias(parameters, converted);
    return new ConvertedLayer(to, converted);
  }
}
