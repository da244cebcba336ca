package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.internal.onednn.Images;
import org.dl4jtt.internal.onednn.OneDnn;
import org.dl4jtt.layers.impl.TensorConvLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * A running {@link TTConv} between layers that hand it images with their channels last in memory.
 */
class ChannelsLastTest {
  private static final int INPUTS = 36;
  private static final int OUTPUTS = 40;
  private static final int SIZE = 9;
  private static final LayerWorkspaceMgr NOWHERE = LayerWorkspaceMgr.noWorkspaces();

  private static TensorConvLayer layer(Activation activation, DataType type) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(type)
                .seed(3)
                .list(
                    new TTConv.Builder(3, 3)
                        .nOut(OUTPUTS)
                        .convolutionMode(ConvolutionMode.Same)
                        .inputModes(INPUTS)
                        .outputModes(OUTPUTS)
                        .ranks(33)
                        .activation(activation)
                        .biasInit(0.1)
                        .build(),
                    new LossLayer.Builder(LossFunctions.LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.convolutional(SIZE, SIZE, INPUTS))
                .build());
    net.init();
    net.initGradientsView();
    return (TensorConvLayer) net.getLayer(0);
  }

  private static INDArray images(DataType type, int channels, int seed) {
    Nd4j.getRandom().setSeed(seed);
    return Nd4j.randn(DataType.DOUBLE, 2, channels, SIZE, SIZE).castTo(type);
  }

  private static INDArray turned(INDArray images) {
    return Images.toNchw(Images.toNhwc(images).dup('c'));
  }

  /** Output, then the gradients of the input and of all parameters. */
  private static List<INDArray> step(TensorConvLayer layer, INDArray x, INDArray dy) {
    layer.setInput(x, NOWHERE);
    INDArray y = layer.activate(true, NOWHERE);
    return gradients(layer, y, dy);
  }

  private static List<INDArray> gradients(TensorConvLayer layer, INDArray y, INDArray dy) {
    Pair<Gradient, INDArray> back = layer.backpropGradient(dy, NOWHERE);
    List<INDArray> all = new ArrayList<>(List.of(y, back.getSecond()));
    back.getFirst().gradientForVariable().values().forEach(g -> all.add(g.dup()));
    return all;
  }

  @ParameterizedTest
  @EnumSource(names = {"IDENTITY", "RELU", "TANH", "LEAKYRELU"})
  void givesTheSameNumbers_andTheOrderInMemoryThatWasAskedFor(Activation activation) {
    TensorConvLayer layer = layer(activation, DataType.FLOAT);
    INDArray x = images(DataType.FLOAT, INPUTS, 5);
    INDArray dy = images(DataType.FLOAT, OUTPUTS, 6);
    List<INDArray> expected = step(layer, x, dy);
    assertThat(Images.isChannelsFirst(expected.get(0))).isTrue();
    assertThat(Images.isChannelsFirst(expected.get(1))).isTrue();
    boolean known = activation == Activation.IDENTITY || activation == Activation.RELU;
    for (boolean output : new boolean[] {false, true}) {
      layer.channelsLast(output, true);
      for (INDArray in : List.of(x, turned(x))) {
        for (INDArray gradient : List.of(dy, turned(dy))) {
          List<INDArray> actual = step(layer, in, gradient);
          assertClose(actual, expected);
          assertThat(Images.isChannelsLast(actual.get(0)))
              .isEqualTo(output && known && OneDnn.isAvailable());
          assertThat(Images.isChannelsLast(actual.get(1)))
              .isEqualTo(in != x && OneDnn.isAvailable());
        }
      }
      layer.setInput(turned(x), NOWHERE);
      assertClose(List.of(layer.activate(false, NOWHERE)), expected.subList(0, 1));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IDENTITY", "RELU", "LEAKYRELU"})
  void inFloat_equalsDouble(Activation activation) {
    List<INDArray> expected =
        step(
            layer(activation, DataType.DOUBLE),
            images(DataType.DOUBLE, INPUTS, 5),
            images(DataType.DOUBLE, OUTPUTS, 6));
    TensorConvLayer narrow = layer(activation, DataType.FLOAT);
    narrow.setParams(layer(activation, DataType.DOUBLE).params().castTo(DataType.FLOAT));
    assertClose(
        step(narrow, images(DataType.FLOAT, INPUTS, 5), images(DataType.FLOAT, OUTPUTS, 6)),
        expected);
  }

  /** The next layer may add noise to its input in place. */
  @Test
  void gradients_doNotChangeWithTheOutputsMemory() {
    for (Activation activation : List.of(Activation.RELU, Activation.IDENTITY, Activation.TANH)) {
      TensorConvLayer layer = layer(activation, DataType.FLOAT);
      INDArray x = images(DataType.FLOAT, INPUTS, 5);
      INDArray dy = images(DataType.FLOAT, OUTPUTS, 6);
      List<INDArray> expected = step(layer, x, dy);
      layer.setInput(x, NOWHERE);
      INDArray y = layer.activate(true, NOWHERE);
      y.assign(-1);
      List<INDArray> actual = gradients(layer, y, dy);
      assertClose(actual.subList(1, actual.size()), expected.subList(1, expected.size()));
    }
  }

  private static void assertClose(List<INDArray> actual, List<INDArray> expected) {
    for (int k = 0; k < expected.size(); k++) {
      INDArray difference =
          actual.get(k).castTo(DataType.DOUBLE).sub(expected.get(k).castTo(DataType.DOUBLE));
      assertThat(difference.amaxNumber().doubleValue())
          .as("%d", k)
          // three convolutions in float, one of them by minimal filtering: 2e-6 each
          .isLessThan(2e-5 * expected.get(k).amaxNumber().doubleValue());
    }
  }
}
