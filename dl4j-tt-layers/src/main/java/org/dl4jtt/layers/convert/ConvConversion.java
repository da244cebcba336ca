package org.dl4jtt.layers.convert;

import static org.dl4jtt.layers.convert.CoreParameters.BIAS;
import static org.dl4jtt.layers.convert.CoreParameters.WEIGHT;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.dl4jtt.layers.TRConv;
import org.dl4jtt.layers.TTConv;
import org.dl4jtt.layers.TensorConv;
import org.dl4jtt.tensor.FactoredWeight;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Between DL4J's two-dimensional convolution and {@link TTConv} or {@link TRConv}. */
final class ConvConversion implements LayerConversion {
  @Override
  public boolean handlesStock(Layer stock) {
    return stock.getClass() == ConvolutionLayer.class || stock.getClass() == Convolution2D.class;
  }

  @Override
  public boolean handlesTensor(Layer tensor) {
    return tensor instanceof TensorConv;
  }

  @Override
  public ConvertedLayer toTensor(
      Layer stock, Map<String, INDArray> parameters, Map<String, FactoredWeight> factors) {
    FactoredWeight weight = CoreParameters.factors("a convolution", stock, factors);
    TensorConv conf = weight.form().isTrain() ? new TTConv() : new TRConv();
    conf.setForm(weight.form());
    copy((ConvolutionLayer) stock, conf);
    Map<String, INDArray> converted = new LinkedHashMap<>();
    CoreParameters.put(weight, converted);
    CoreParameters.copyBias(parameters, converted);
    return new ConvertedLayer(conf, converted);
  }

  @Override
  public ConvertedLayer toDense(Layer tensor, Map<String, INDArray> parameters) {
    TensorConv from = (TensorConv) tensor;
    ConvolutionLayer conf = new ConvolutionLayer();
    copy(from, conf);
    Map<String, INDArray> converted = new LinkedHashMap<>();
    CoreParameters.copyBias(parameters, converted); // DL4J's convolution keeps its bias in front
    converted.put(
        WEIGHT, CoreParameters.get(from.getLayerName(), from.getForm(), parameters).toParameter());
    return new ConvertedLayer(conf, converted);
  }

  private static void copy(ConvolutionLayer from, ConvolutionLayer to) {
    to.setHasBias(from.hasBias());
    to.setConvolutionMode(from.getConvolutionMode());
    to.setKernelSize(from.getKernelSize().clone());
    to.setStride(from.getStride().clone());
    to.setPadding(from.getPadding().clone());
    to.setDilation(from.getDilation().clone());
    to.setCnn2dDataFormat(from.getCnn2dDataFormat());
    to.setCudnnAllowFallback(from.isCudnnAllowFallback());
    to.setCudnnAlgoMode(from.getCudnnAlgoMode());
    to.setCudnnFwdAlgo(from.getCudnnFwdAlgo());
    to.setCudnnBwdFilterAlgo(from.getCudnnBwdFilterAlgo());
    to.setCudnnBwdDataAlgo(from.getCudnnBwdDataAlgo());
    LayerFields.copy(from, to, Set.of(BIAS));
  }
}
