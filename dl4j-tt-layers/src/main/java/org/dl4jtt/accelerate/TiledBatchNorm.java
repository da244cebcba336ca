package org.dl4jtt.accelerate;

import org.dl4jtt.accelerate.ChannelTiles.Floats;
import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.internal.onednn.Images;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * In Java, by {@link BatchNormKernel}. ND4J's own operations are slow: its variance takes four
 * times as long as its mean, its derivative longer than that of the convolution before it.
 */
final class TiledBatchNorm implements BatchNormRoutine {
  private final BatchNormKernel kernel = new BatchNormKernel();
  private final float[] mean;
  private final float[] variance;

  TiledBatchNorm(int channels) {
    mean = new float[channels];
    variance = new float[channels];
  }

  @Override
  public void train(INDArray x, Norm norm, INDArray y, Scratch scratch) {
    ChannelTiles tiles = tiles(x);
    Floats in = new Floats(x);
    kernel.mean(tiles, in, mean);
    kernel.variance(tiles, in, mean, variance);
    new Floats(norm.mean()).write(0, mean, mean.length);
    new Floats(norm.variance()).write(0, variance, variance.length);
    forward(tiles, in, norm, y);
  }

  @Override
  public void infer(INDArray x, Norm norm, INDArray y, Scratch scratch) {
    readMeanAndVariance(norm);
    forward(tiles(x), new Floats(x), norm, y);
  }

  private void readMeanAndVariance(Norm norm) {
    new Floats(norm.mean()).read(0, mean, mean.length);
    new Floats(norm.variance()).read(0, variance, variance.length);
  }

  private void forward(ChannelTiles tiles, Floats x, Norm norm, INDArray y) {
    float[] scale = inverseDeviation(norm.eps());
    multiply(scale, norm.gamma());
    float[] shift = new float[mean.length];
    new Floats(norm.beta()).read(0, shift, mean.length);
    kernel.forward(tiles, x, new Floats(y), mean, scale, shift);
  }

  @Override
  public void backward(
      INDArray x,
      INDArray dy,
      Norm norm,
      INDArray dx,
      INDArray dGamma,
      INDArray dBeta,
      Scratch scratch) {
    readMeanAndVariance(norm);
    ChannelTiles tiles = tiles(x);
    Floats in = new Floats(x);
    Floats out = new Floats(dy);
    int channels = mean.length;
    double[] sumDy = new double[channels];
    double[] sumDyX = new double[channels];
    kernel.backwardSums(tiles, in, out, mean, sumDy, sumDyX);

    long m = tiles.valuesPerChannel();
    float[] inverse = inverseDeviation(norm.eps());
    float[] scale = inverse.clone();
    multiply(scale, norm.gamma());
    float[] betaGradient = new float[channels];
    float[] gammaGradient = new float[channels];
    float[] slope = new float[channels];
    float[] shift = new float[channels];
    for (int c = 0; c < channels; c++) {
      double dg = sumDyX[c] * inverse[c];
      double perX = -scale[c] * inverse[c] * dg / m;
      betaGradient[c] = (float) sumDy[c];
      gammaGradient[c] = (float) dg;
      slope[c] = (float) perX;
      shift[c] = (float) (-scale[c] * sumDy[c] / m - perX * mean[c]);
    }
    new Floats(dGamma).write(0, gammaGradient, channels);
    new Floats(dBeta).write(0, betaGradient, channels);
    kernel.backward(tiles, in, out, new Floats(dx), scale, slope, shift);
  }

  private ChannelTiles tiles(INDArray images) {
    return Images.isChannelsFirst(images)
        ? new ChannelTiles(images, mean.length, 1)
        : new ChannelTiles(Images.toNhwc(images), mean.length, 3);
  }

  private float[] inverseDeviation(double eps) {
    float[] inverse = new float[variance.length];
    for (int c = 0; c < inverse.length; c++) {
      inverse[c] = (float) (1 / Math.sqrt(variance[c] + eps));
    }
    return inverse;
  }

  private static void multiply(float[] values, INDArray factors) {
    float[] by = new float[values.length];
    new Floats(factors).read(0, by, by.length);
    for (int c = 0; c < by.length; c++) {
      values[c] *= by[c];
    }
  }
}
