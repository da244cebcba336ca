package org.dl4jtt.layers.convert;

import static org.dl4jtt.layers.convert.CoreParameters.BIAS;
import static org.dl4jtt.layers.convert.CoreParameters.WEIGHT;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.deeplearning4j.nn.weights.embeddings.WeightInitEmbedding;
import org.dl4jtt.layers.TTEmbedding;
import org.dl4jtt.tensor.FactoredWeight;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link EmbeddingLayer} and {@link EmbeddingSequenceLayer} to {@link TTEmbedding} and back. */
final class EmbeddingConversion implements LayerConversion {
  @Override
  public boolean handlesStock(Layer stock) {
    return stock.getClass() == EmbeddingLayer.class
        || stock.getClass() == EmbeddingSequenceLayer.class;
  }

  @Override
  public boolean handlesTensor(Layer tensor) {
    return tensor instanceof TTEmbedding;
  }

  @Override
  public ConvertedLayer toTensor(
      Layer stock, Map<String, INDArray> parameters, Map<String, FactoredWeight> factors) {
    FactoredWeight weight = CoreParameters.factors("an embedding", stock, factors);
    TTEmbedding to = new TTEmbedding();
    if (stock instanceof EmbeddingSequenceLayer from) {
      LayerFields.copy(from, to, Set.of(BIAS));
      to.setSequence(true);
      to.setHasBias(from.hasBias());
      to.setInputLength(from.getInputLength());
      to.setInferInputLength(from.isInferInputLength());
      to.setOutputFormat(from.getOutputFormat());
    } else {
      EmbeddingLayer from = (EmbeddingLayer) stock;
      LayerFields.copy(from, to, Set.of(BIAS));
      to.setHasBias(from.hasBias());
    }
    if (to.getWeightInitFn() instanceof WeightInitEmbedding) {
      to.setWeightInitFn(new WeightInitXavier()); // the table has become the factors
    }
    to.setForm(weight.form());
    Map<String, INDArray> converted = new LinkedHashMap<>();
    CoreParameters.put(weight, converted);
    CoreParameters.copyBias(parameters, converted);
    return new ConvertedLayer(to, converted);
  }

  @Override
  public ConvertedLayer toDense(Layer tensor, Map<String, INDArray> parameters) {
    TTEmbedding from = (TTEmbedding) tensor;
    Map<String, INDArray> converted = new LinkedHashMap<>();
    converted.put(
        WEIGHT, CoreParameters.get(from.getLayerName(), from.getForm(), parameters).toParameter());
    CoreParameters.copyBias(parameters, converted);
    if (from.isSequence()) {
      EmbeddingSequenceLayer to = new EmbeddingSequenceLayer();
      LayerFields.copy(from, to, Set.of(BIAS));
      to.setHasBias(from.hasBias());
      to.setInputLength(from.getInputLength());
      to.setInferInputLength(from.isInferInputLength());
      to.setOutputFormat(from.getOutputFormat());
      return new ConvertedLayer(to, converted);
    }
    EmbeddingLayer to = new EmbeddingLayer();
    LayerFields.copy(from, to, Set.of(BIAS));
    to.setHasBias(from.hasBias());
    return new ConvertedLayer(to, converted);
  }
}
