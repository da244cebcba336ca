package org.dl4jtt.accelerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dl4jtt.accelerate.StockNetworks.CONV;
import static org.dl4jtt.accelerate.StockNetworks.SIZE;
import static org.dl4jtt.accelerate.StockNetworks.mln;
import static org.dl4jtt.accelerate.StockNetworks.twoConvolutions;

import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNBatchNormHelper;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNConvHelper;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Which layers get a native helper, and how they lose it. */
class NativeHelpersTest {
  @Test
  void layersThatDoNotQualify_keepTheStockPath() {
    MultiLayerNetwork net =
        mln(
            InputType.convolutional(SIZE, SIZE, 3),
            b -> {},
            new ConvolutionLayer.Builder(3, 3).nOut(4).dilation(2, 2).build(),
            new ConvolutionLayer.Builder(2, 2).nOut(4).weightNoise(new DropConnect(0.5)).build(),
            new SubsamplingLayer.Builder().kernelSize(2, 2).stride(1, 1).dilation(2, 2).build(),
            new BatchNormalization.Builder().lockGammaBeta(true).build(),
            new GlobalPoolingLayer.Builder(PoolingType.SUM).build());
    assertThat(NativeHelpers.enable(net)).isZero();
    assertThat(net.getLayers()).allSatisfy(layer -> assertThat(layer.getHelper()).isNull());

    MultiLayerNetwork inDouble =
        twoConvolutions(CONV, CNN2DFormat.NCHW, b -> b.dataType(DataType.DOUBLE));
    assertThat(NativeHelpers.enable(inDouble)).isZero();
  }

  @Test
  void disable_goesBackToTheStockPath() {
    MultiLayerNetwork net = twoConvolutions(CNN2DFormat.NCHW);
    NativeHelpers.enable(net);
    assertThat(net.getLayer(0).getHelper()).isInstanceOf(NativeConvolution.class);
    assertThat(net.getLayer(1).getHelper()).isInstanceOf(NativeBatchNorm.class);
    NativeHelpers.disable(net);
    assertThat(net.getLayers()).allSatisfy(layer -> assertThat(layer.getHelper()).isNull());
  }

  @Test
  void networkThatIsNotInitialised_saysSo() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(
                    new OutputLayer.Builder()
                        .nIn(2)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .lossFunction(LossFunction.MCXENT)
                        .build())
                .build());
    assertThatThrownBy(() -> NativeHelpers.enable(net)).hasMessageContaining("call init()");
  }

  @Test
  void enableForNewNetworks_reachesClones_andNotPooling() {
    String before = System.getProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY);
    try {
      NativeHelpers.enableForNewNetworks();
      MultiLayerNetwork net =
          mln(
                  InputType.convolutional(SIZE, SIZE, 3),
                  b -> {},
                  CONV.layer(4, CNN2DFormat.NCHW),
                  new BatchNormalization.Builder().build(),
                  new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build(),
                  new GlobalPoolingLayer.Builder().build())
              .clone();
      assertThat(net.getLayer(0).getHelper()).isInstanceOf(MKLDNNConvHelper.class);
      assertThat(net.getLayer(1).getHelper()).isInstanceOf(MKLDNNBatchNormHelper.class);
      assertThat(net.getLayer(2).getHelper()).isNull();
      NativeHelpers.enable(net);
      assertThat(net.getLayer(0).getHelper()).isInstanceOf(NativeConvolution.class);
    } finally {
      if (before == null) {
        System.clearProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY);
      } else {
        System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, before);
      }
    }
  }
}
