package org.dl4jtt.accelerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dl4jtt.accelerate.StockNetworks.TRAINED;
import static org.dl4jtt.accelerate.StockNetworks.activation;
import static org.dl4jtt.accelerate.StockNetworks.assertClose;
import static org.dl4jtt.accelerate.StockNetworks.compare;
import static org.dl4jtt.accelerate.StockNetworks.graph;
import static org.dl4jtt.accelerate.StockNetworks.images;
import static org.dl4jtt.accelerate.StockNetworks.labels;
import static org.dl4jtt.accelerate.StockNetworks.mln;
import static org.dl4jtt.accelerate.StockNetworks.norm;
import static org.dl4jtt.accelerate.StockNetworks.pool;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.accelerate.StockNetworks.Conv;
import org.dl4jtt.internal.onednn.Images;
import org.dl4jtt.internal.onednn.OneDnn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Networks wide enough for whole vectors of channels and for minimal filtering, in which images
 * pass from helped layer to helped layer, and from those to others.
 */
class ChannelsLastTest {
  private static final int SIZE = 12;
  private static final int BATCH = 5;

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void layersInARow(CNN2DFormat format) {
    compare(() -> row(format), data(format), 4);
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void shortcuts_withAndWithoutAConvolution(CNN2DFormat format) {
    compare(() -> residual(format), data(format), 4);
  }

  @Test
  void onlyBetweenHelpedLayers_channelsComeLast_andAllActivationsAreTheStockOnes() {
    assumeTrue(OneDnn.isAvailable(), "oneDNN (org.bytedeco:dnnl) has no natives for this platform");
    MultiLayerNetwork stock = row(CNN2DFormat.NCHW);
    MultiLayerNetwork fast = row(CNN2DFormat.NCHW);
    NativeHelpers.enable(fast);
    INDArray x = data(CNN2DFormat.NCHW).getFeatures();
    List<INDArray> expected = stock.feedForward(x, true);
    List<INDArray> actual = fast.feedForward(x, true);
    for (int k = 0; k < expected.size(); k++) {
      assertClose(actual.get(k), expected.get(k), TRAINED);
    }
    // conv, norm, relu, pooling, conv, norm, relu | tanh, pooling |
    // conv, norm, pooling, relu, conv with ReLU | global pooling
    boolean[] last = {
      true, true, true, true, true, true, false, false, false, true, true, true, true, false
    };
    for (int k = 0; k < last.length; k++) {
      assertThat(Images.isChannelsLast(actual.get(k + 1))).as("layer " + k).isEqualTo(last[k]);
    }
    NativeHelpers.disable(fast);
    for (INDArray activation : fast.feedForward(x, true)) {
      assertThat(Images.isChannelsLast(activation)).isFalse();
    }
  }

  private static DataSet data(CNN2DFormat format) {
    return new DataSet(images(format, BATCH, 3, SIZE), labels(BATCH));
  }

  private static MultiLayerNetwork row(CNN2DFormat format) {
    Conv conv = Conv.same(3, 1, Activation.IDENTITY, false);
    Conv down = new Conv(3, 3, 2, 1, ConvolutionMode.Truncate, Activation.IDENTITY, true);
    Conv relu = new Conv(3, 3, 1, 1, ConvolutionMode.Truncate, Activation.RELU, true);
    return mln(
        InputType.convolutional(SIZE, SIZE, 3, format),
        b -> {},
        conv.layer(16, format),
        norm(format),
        relu(),
        pooling(PoolingType.MAX, format),
        down.layer(32, format),
        norm(format),
        relu(),
        activation(Activation.TANH),
        pooling(PoolingType.MAX, format),
        conv.layer(33, format),
        norm(format),
        pooling(PoolingType.AVG, format),
        relu(),
        relu.layer(32, format),
        pool(format));
  }

  private static SubsamplingLayer pooling(PoolingType type, CNN2DFormat format) {
    return new SubsamplingLayer.Builder(type)
        .kernelSize(2, 2)
        .stride(1, 1)
        .dataFormat(format)
        .build();
  }

  private static ComputationGraph residual(CNN2DFormat format) {
    Conv conv = Conv.same(3, 1, Activation.IDENTITY, false);
    Conv down = Conv.same(3, 2, Activation.IDENTITY, false);
    Conv shortcut = Conv.same(1, 2, Activation.IDENTITY, false);
    return graph(
        format,
        SIZE,
        net -> {
          net.addLayer("c0", conv.layer(32, format), "in")
              .addLayer("n0", norm(format), "c0")
              .addLayer("r0", relu(), "n0")
              .addLayer("c1", conv.layer(32, format), "r0")
              .addLayer("n1", norm(format), "c1")
              .addLayer("r1", relu(), "n1")
              .addLayer("c2", conv.layer(32, format), "r1")
              .addLayer("n2", norm(format), "c2")
              .addVertex("a2", new ElementWiseVertex(ElementWiseVertex.Op.Add), "n2", "r0")
              .addLayer("r2", relu(), "a2")
              .addLayer("c3", down.layer(48, format), "r2")
              .addLayer("n3", norm(format), "c3")
              .addLayer("s3", shortcut.layer(48, format), "r2")
              .addLayer("m3", norm(format), "s3")
              .addVertex("a3", new ElementWiseVertex(ElementWiseVertex.Op.Add), "n3", "m3")
              .addLayer("r3", relu(), "a3");
          return "r3";
        });
  }

  private static ActivationLayer relu() {
    return activation(Activation.RELU);
  }
}
