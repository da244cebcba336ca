package org.dl4jtt.accelerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.internal.onednn.Images;
import org.dl4jtt.internal.onednn.OneDnn;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The oracle is the stock layer, to the bit. */
class NativeReluTest {
  private static final int LONGER_THAN_A_TILE = 5001;

  @Test
  void bothWays_theBitsOfTheStockLayer() {
    Nd4j.getRandom().setSeed(1);
    INDArray x = Nd4j.randn(DataType.FLOAT, 3, LONGER_THAN_A_TILE);
    float[] special = {
      0f,
      -0f,
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MAX_VALUE,
      -Float.MAX_VALUE
    };
    for (int i = 0; i < special.length; i++) {
      x.putScalar(1, i, special[i]);
    }
    INDArray dy = Nd4j.randn(DataType.FLOAT, x.shape());
    dy.putScalar(0, 0, Double.NaN);
    for (INDArray input : new INDArray[] {x, x.dup('f')}) { // in either memory order
      var stock = new org.deeplearning4j.nn.layers.ActivationLayer(conf(), DataType.FLOAT);
      var ours = new NativeRelu(stock, false);
      LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
      stock.setInput(input, none);
      ours.setInput(input, none);
      for (boolean training : new boolean[] {true, false}) {
        assertThat(bits(ours.activate(training, none)))
            .isEqualTo(bits(stock.activate(training, none)));
        stock.setInput(input, none);
        ours.setInput(input, none);
      }
      assertThat(bits(ours.backpropGradient(dy, none).getSecond()))
          .isEqualTo(bits(stock.backpropGradient(dy, none).getSecond()));
    }
  }

  @Test
  void byOneDnn_theNumbersOfTheStockLayer_whereverChannelsLie() {
    assumeTrue(OneDnn.isAvailable(), "oneDNN (org.bytedeco:dnnl) has no natives for this platform");
    Nd4j.getRandom().setSeed(1);
    INDArray x = Nd4j.randn(DataType.FLOAT, 2, 5, 7, 3);
    INDArray dy = Nd4j.randn(DataType.FLOAT, x.shape());
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    var stock = new org.deeplearning4j.nn.layers.ActivationLayer(conf(), DataType.FLOAT);
    stock.setInput(x, none);
    INDArray y = stock.activate(true, none);
    stock.setInput(x, none);
    INDArray dx = stock.backpropGradient(dy, none).getSecond();
    for (INDArray input : new INDArray[] {x, channelsLast(x)}) {
      for (INDArray gradient : new INDArray[] {dy, channelsLast(dy)}) {
        for (boolean last : new boolean[] {false, true}) {
          var ours = new NativeRelu(stock, true);
          boolean isLast = Images.isChannelsLast(input);
          ours.channelsLast(last, last);
          ours.setInput(input, none);
          INDArray out = ours.activate(true, none);
          assertThat(out).isEqualTo(y);
          assertThat(Images.isChannelsLast(out)).isEqualTo(last && isLast);
          INDArray back = ours.backpropGradient(gradient, none).getSecond();
          assertThat(back).isEqualTo(dx);
          assertThat(Images.isChannelsLast(back)).isEqualTo(last && isLast);
          ours.setInput(isLast ? channelsLast(x) : x.dup('c'), none); // stock works in place
          assertThat(ours.activate(false, none)).isEqualTo(y);
        }
      }
    }
  }

  @Test
  void byOneDnn_NaN_isPassedOn() {
    assumeTrue(OneDnn.isAvailable(), "oneDNN (org.bytedeco:dnnl) has no natives for this platform");
    var ours =
        new NativeRelu(
            new org.deeplearning4j.nn.layers.ActivationLayer(conf(), DataType.FLOAT), true);
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    ours.setInput(Nd4j.createFromArray(1f, Float.NaN, -1f).reshape(1, 3), none);
    assertThat(ours.activate(true, none).isNaN().toIntVector()).containsExactly(0, 1, 0);
    INDArray dx =
        ours.backpropGradient(Nd4j.createFromArray(Float.NaN, 1f, 1f).reshape(1, 3), none)
            .getSecond();
    assertThat(dx.getFloat(0)).isNaN();
  }

  private static INDArray channelsLast(INDArray images) {
    return Images.toNchw(Images.toNhwc(images).dup('c'));
  }

  @Test
  void multiLayerNetwork_trainsToTheSameBits_andIsTheSameToOthers() {
    MultiLayerNetwork stock = new MultiLayerNetwork(list().build());
    stock.init();
    MultiLayerNetwork ours = stock.clone();
    Layer before = ours.getLayer(1);
    assertThat(NativeHelpers.enable(ours, false)).isEqualTo(1);
    assertThat(NativeHelpers.enable(ours, false)).isEqualTo(1);
    assertThat(ours.getLayer(1)).isInstanceOf(NativeRelu.class);
    assertThat(ours.getLayer("relu")).isSameAs(ours.getLayer(1));

    DataSet data = data();
    for (int step = 0; step < 3; step++) {
      stock.fit(data);
      ours.fit(data);
    }
    assertThat(bits(ours.params())).isEqualTo(bits(stock.params()));
    assertThat(bits(ours.output(data.getFeatures())))
        .isEqualTo(bits(stock.output(data.getFeatures())));
    assertThat(ours.getLayerWiseConfigurations().toJson())
        .isEqualTo(stock.getLayerWiseConfigurations().toJson());
    assertThat(ours.clone().getLayer(1).getClass()).isEqualTo(before.getClass());

    NativeHelpers.disable(ours);
    assertThat(ours.getLayer(1).getClass()).isEqualTo(before.getClass());
    assertThat(ours.getLayer("relu")).isSameAs(ours.getLayer(1));
    stock.fit(data);
    ours.fit(data);
    assertThat(bits(ours.params())).isEqualTo(bits(stock.params()));
  }

  @Test
  void computationGraph_trainsToTheSameBits() {
    ComputationGraph stock = graph();
    ComputationGraph ours = graph();
    assertThat(NativeHelpers.enable(ours, false)).isEqualTo(1);
    assertThat(ours.getLayer("relu")).isInstanceOf(NativeRelu.class);
    assertThat(Arrays.asList(ours.getLayers())).contains(ours.getLayer("relu"));
    DataSet data = data();
    for (int step = 0; step < 3; step++) {
      stock.fit(data);
      ours.fit(data);
    }
    assertThat(bits(ours.params())).isEqualTo(bits(stock.params()));
    NativeHelpers.disable(ours);
    assertThat(ours.getLayer("relu")).isNotInstanceOf(NativeRelu.class);
  }

  @Test
  void otherActivations_stayAsTheyAre() {
    for (ActivationLayer other :
        new ActivationLayer[] {
          new ActivationLayer(Activation.TANH),
          new ActivationLayer(Activation.RELU6),
          new ActivationLayer(new ActivationReLU(null, 0.1, null)),
          new ActivationLayer(new ActivationReLU(null, null, 0.01))
        }) {
      NeuralNetConfiguration conf = new NeuralNetConfiguration();
      conf.setLayer(other);
      var layer = new org.deeplearning4j.nn.layers.ActivationLayer(conf, DataType.FLOAT);
      assertThat(NativeRelu.supports(layer, DataType.FLOAT)).isFalse();
    }
    var relu = new org.deeplearning4j.nn.layers.ActivationLayer(conf(), DataType.DOUBLE);
    assertThat(NativeRelu.supports(relu, DataType.DOUBLE)).isFalse();
  }

  private static NeuralNetConfiguration conf() {
    NeuralNetConfiguration conf = new NeuralNetConfiguration();
    conf.setLayer(new ActivationLayer(Activation.RELU));
    return conf;
  }

  private static NeuralNetConfiguration.Builder options() {
    return new NeuralNetConfiguration.Builder().seed(5).dataType(DataType.FLOAT);
  }

  private static DenseLayer dense() {
    return new DenseLayer.Builder().nIn(4).nOut(7).activation(Activation.IDENTITY).build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MSE)
        .nIn(7)
        .nOut(3)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static NeuralNetConfiguration.ListBuilder list() {
    return options()
        .list()
        .layer(dense())
        .layer(new ActivationLayer.Builder().name("relu").activation(Activation.RELU).build())
        .layer(output());
  }

  private static ComputationGraph graph() {
    ComputationGraph net =
        new ComputationGraph(
            options()
                .graphBuilder()
                .addInputs("in")
                .addLayer("dense", dense(), "in")
                .addLayer("relu", new ActivationLayer(Activation.RELU), "dense")
                .addLayer("out", output(), "relu")
                .setOutputs("out")
                .build());
    net.init();
    return net;
  }

  private static DataSet data() {
    Nd4j.getRandom().setSeed(2);
    return new DataSet(Nd4j.randn(DataType.FLOAT, 5, 4), Nd4j.randn(DataType.FLOAT, 5, 3));
  }

  private static int[] bits(INDArray array) {
    float[] values = array.dup('c').data().asFloat();
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
