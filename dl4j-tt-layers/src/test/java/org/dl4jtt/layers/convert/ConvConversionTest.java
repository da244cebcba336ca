package org.dl4jtt.layers.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.layers.TRConv;
import org.dl4jtt.layers.TTConv;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.TensorRing;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class ConvConversionTest {
  private static final Layer STOCK =
      new ConvolutionLayer.Builder(3, 2)
          .name("conv")
          .nIn(4)
          .nOut(6)
          .stride(2, 1)
          .dilation(1, 2)
          .convolutionMode(ConvolutionMode.Same)
          .biasInit(0.5)
          .l2(0.01)
          .activation(Activation.TANH)
          .build();

  private static MultiLayerNetwork net(Layer layer, CNN2DFormat format, DataType type) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(type)
                .seed(3)
                .list(
                    layer,
                    new LossLayer.Builder(LossFunctions.LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.convolutional(7, 6, 4, format))
                .build());
    net.init();
    return net;
  }

  @ParameterizedTest
  @CsvSource({
    "SEPARATED, NCHW, DOUBLE", "SEPARATED, NHWC, DOUBLE", "PAIRED, NCHW, DOUBLE",
    "PAIRED, NHWC, DOUBLE", "SEPARATED, NCHW, FLOAT", "PAIRED, NHWC, FLOAT"
  })
  void decomposedAtFullRank_theOutputIsUnchanged_andBack(
      Scheme scheme, CNN2DFormat format, DataType type) {
    MultiLayerNetwork stock = net(STOCK.clone(), format, type);
    TensorForm form =
        scheme == Scheme.PAIRED
            ? TensorForm.of(
                Tensorization.kernel(scheme, List.of(2, 3), 3, 2, List.of(2, 2)),
                List.of(1, 6, 6, 1))
            : TensorForm.of(
                Tensorization.kernel(scheme, List.of(2, 3), 3, 2, List.of(2, 2)),
                List.of(1, 2, 6, 4, 2, 1));
    Layer conf = stock.getLayer(0).conf().getLayer();
    ConvertedLayer tensor =
        TensorLayers.toTensor(
            conf,
            stock.getLayer(0).paramTable(),
            Map.of("W", FactoredWeight.decompose(stock.getLayer(0).getParam("W"), form)));
    assertThat(tensor.configuration()).isInstanceOf(TTConv.class);
    MultiLayerNetwork small = net(tensor.configuration(), format, type);
    assertThat(small.getLayer(0).paramTable().keySet())
        .containsExactlyElementsOf(tensor.parameters().keySet());
    tensor.parameters().forEach((name, value) -> small.getLayer(0).getParam(name).assign(value));

    INDArray x =
        format == CNN2DFormat.NCHW ? Nd4j.rand(type, 3, 4, 7, 6) : Nd4j.rand(type, 3, 7, 6, 4);
    double tolerance = type == DataType.DOUBLE ? 1e-12 : 1e-5;
    assertThat(small.output(x).distance2(stock.output(x))).isLessThan(tolerance);

    ConvertedLayer dense =
        TensorLayers.toDense(small.getLayer(0).conf().getLayer(), small.getLayer(0).paramTable());
    assertThat(dense.configuration()).isEqualTo(conf);
    MultiLayerNetwork again = net(dense.configuration(), format, type);
    assertThat(again.getLayer(0).paramTable().keySet())
        .containsExactlyElementsOf(dense.parameters().keySet());
    dense.parameters().forEach((name, value) -> again.getLayer(0).getParam(name).assign(value));
    assertThat(again.output(x).distance2(stock.output(x))).isLessThan(tolerance);
  }

  @Test
  void aRing_becomesTRConv_andItsDenseKernelIsTheRings() {
    MultiLayerNetwork stock = net(STOCK.clone(), CNN2DFormat.NCHW, DataType.DOUBLE);
    Tensorization t = Tensorization.kernel(Scheme.SEPARATED, List.of(6), 3, 2, List.of(4));
    List<INDArray> cores = new ArrayList<>();
    cores.add(Nd4j.rand(DataType.DOUBLE, 2, 6, 3));
    cores.add(Nd4j.rand(DataType.DOUBLE, 3, 6, 3));
    cores.add(Nd4j.rand(DataType.DOUBLE, 3, 4, 2));
    FactoredWeight weight = new FactoredWeight(t, new TensorRing(cores));
    ConvertedLayer tensor =
        TensorLayers.toTensor(
            stock.getLayer(0).conf().getLayer(),
            stock.getLayer(0).paramTable(),
            Map.of("W", weight));
    assertThat(tensor.configuration()).isInstanceOf(TRConv.class);
    ConvertedLayer dense = TensorLayers.toDense(tensor.configuration(), tensor.parameters());
    assertThat(dense.parameters().get("W").distance2(weight.toParameter())).isLessThan(1e-12);
  }

  @Test
  void withoutFactors_theWeightIsNamed() {
    assertThatThrownBy(() -> TensorLayers.toTensor(STOCK, Map.of(), Map.of()))
        .hasMessageContaining("layer conv: a convolution in tensor form needs factors of its W");
  }

  @Test
  void aMissingCore_isNamed() {
    TTConv conf = new TTConv.Builder(3, 3).name("c").nIn(4).nOut(4).ranks(2).build();
    assertThatThrownBy(() -> TensorLayers.toDense(conf, Map.of()))
        .hasMessageContaining("layer c: parameter core0 is missing");
  }
}
