package org.dl4jtt.accelerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dl4jtt.accelerate.StockNetworks.compare;
import static org.dl4jtt.accelerate.StockNetworks.images;
import static org.dl4jtt.accelerate.StockNetworks.labels;
import static org.dl4jtt.accelerate.StockNetworks.mln;
import static org.dl4jtt.accelerate.StockNetworks.pool;
import static org.dl4jtt.accelerate.StockNetworks.random;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** Batch normalization with a native helper gives what the stock path gives, or better. */
class HelpedBatchNormTest {
  @Test
  void batchNormAfterDense() {
    DataSet data = new DataSet(random(10, 12).muli(3).addi(5), labels(10));
    compare(
        () ->
            mln(
                InputType.feedForward(12),
                b -> {},
                new DenseLayer.Builder().nOut(7).activation(Activation.TANH).build(),
                new BatchNormalization.Builder().build()),
        data,
        20);
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void batchNorm_ofImagesLargerThanATile_andOfManyChannels(CNN2DFormat format) {
    // 3 channels of 70 x 70: more than three tiles, cut in the midst of a channel
    DataSet data = new DataSet(images(format, 5, 3, 70), labels(5));
    compare(
        () ->
            mln(
                InputType.convolutional(70, 70, 3, format),
                b -> {},
                new BatchNormalization.Builder().dataFormat(format).build(),
                new ActivationLayer.Builder().activation(Activation.TANH).build(),
                pool(format)),
        data,
        3);
    DataSet wide = new DataSet(images(format, 3, 5000, 1), labels(3));
    compare(
        () ->
            mln(
                InputType.convolutional(1, 1, 5000, format),
                b -> {},
                new BatchNormalization.Builder().dataFormat(format).build(),
                pool(format)),
        wide,
        3);
  }

  @Test
  void batchNorm_ofAMeanFarFromZero_isMoreAccurateThanOnePass() {
    // mean 1000, deviation 1: sums of squares in float would lose the variance altogether
    INDArray x = images(CNN2DFormat.NCHW, 16, 2, 8).addi(1000);
    MultiLayerNetwork fast =
        mln(
            InputType.convolutional(8, 8, 2),
            b -> {},
            new BatchNormalization.Builder().build(),
            new GlobalPoolingLayer.Builder().build());
    NativeHelpers.enable(fast);
    INDArray y = fast.feedForward(x, true).get(1).castTo(DataType.DOUBLE);
    INDArray exact = x.castTo(DataType.DOUBLE);
    for (int c = 0; c < 2; c++) {
      INDArray channel = exact.tensorAlongDimension(c, 0, 2, 3);
      double mean = channel.meanNumber().doubleValue();
      double deviation = Math.sqrt(channel.var(false).getDouble(0) + 1e-5);
      INDArray expected = channel.sub(mean).divi(deviation);
      // 1000 in float is known to 3e-5; so is x - mean, and a mean of 1024 values adds as much
      // again
      assertThat(y.tensorAlongDimension(c, 0, 2, 3).sub(expected).amaxNumber().doubleValue())
          .isLessThan(2e-4);
    }
  }
}
