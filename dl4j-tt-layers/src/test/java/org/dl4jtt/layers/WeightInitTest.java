package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.dl4jtt.layers.convert.TensorLayers;
import org.dl4jtt.tensor.Scheme;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** {@code .weightInit(..)} means for the product of the cores what it means for DL4J's weight. */
class WeightInitTest {
  private static final InputType IMAGE = InputType.convolutional(8, 8, 64);
  private static final InputType VECTOR = InputType.feedForward(256);

  /** One kind of layer: new builders of ours and of DL4J's, each time. */
  record Pair(
      String name,
      InputType input,
      Supplier<BaseLayer.Builder<?>> ours,
      BaseLayer.Builder<?> stock) {}

  static Stream<Arguments> cases() {
    List<Arguments> cases = new ArrayList<>();
    for (WeightInit init :
        List.of(WeightInit.XAVIER, WeightInit.RELU, WeightInit.NORMAL, WeightInit.UNIFORM)) {
      pairs().forEach(p -> cases.add(Arguments.of(init, p.name, p.input, p.ours, p.stock)));
    }
    return cases.stream();
  }

  private static List<Pair> pairs() {
    BaseLayer.Builder<?> dense = new DenseLayer.Builder().nOut(64);
    // The stride divides DL4J's fan out: XAVIER sees it.
    BaseLayer.Builder<?> conv = new ConvolutionLayer.Builder(3, 3).nOut(32).stride(2, 2);
    return List.of(
        new Pair("dense", VECTOR, () -> ours(new TTDense.Builder().nOut(64), 3), dense),
        new Pair(
            "dense, separated",
            VECTOR,
            () -> ours(new TTDense.Builder().nOut(64).scheme(Scheme.SEPARATED), 2),
            dense),
        new Pair("dense ring", VECTOR, () -> ours(new TRDense.Builder().nOut(64), 3), dense),
        new Pair(
            "convolution",
            IMAGE,
            () -> ours(new TTConv.Builder(3, 3).nOut(32).stride(2, 2), 1),
            conv),
        new Pair(
            "convolution, paired",
            IMAGE,
            () -> ours(new TTConv.Builder(3, 3).nOut(32).stride(2, 2).scheme(Scheme.PAIRED), 2),
            conv),
        new Pair(
            "convolution ring",
            IMAGE,
            () -> ours(new TRConv.Builder(3, 3).nOut(32).stride(2, 2), 2),
            conv));
  }

  private static <T extends BaseLayer.Builder<T> & TensorBuilder<T>> BaseLayer.Builder<?> ours(
      T builder, int modes) {
    return builder.autoModes(modes).ranks(6);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("cases")
  void product_hasTheDeviationOfDl4jsOwnWeight(
      WeightInit init,
      String name,
      InputType input,
      Supplier<BaseLayer.Builder<?>> ours,
      BaseLayer.Builder<?> stock) {
    MultiLayerNetwork tensor = network(ours.get().weightInit(init).build(), input);
    INDArray product =
        TensorLayers.toDense(tensor.getLayer(0).conf().getLayer(), tensor.getLayer(0).paramTable())
            .parameters()
            .get("W");
    INDArray weight = network(stock.weightInit(init).build(), input).getLayer(0).getParam("W");
    assertThat(product.shape()).isEqualTo(weight.shape());
    double expected = deviation(weight); // of 16384 numbers or more: right to 0.6 %
    assertThat(deviation(product)).isBetween(0.9 * expected, 1.1 * expected);
  }

  private static double deviation(INDArray weight) {
    return weight.norm2Number().doubleValue() / Math.sqrt(weight.length());
  }

  private static MultiLayerNetwork network(Layer layer, InputType input) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .list(
                    layer,
                    new LossLayer.Builder(LossFunctions.LossFunction.MSE)
                        .activation(Activation.TANH)
                        .build())
                .setInputType(input)
                .build());
    net.init();
    return net;
  }
}
