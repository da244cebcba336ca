package org.dl4jtt.accelerate;

import org.dl4jtt.accelerate.ChannelTiles.Floats;
import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.onednn.Images;
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
  public void train(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      INDArray y,
      Scratch scratch) {
    ChannelTiles tiles = tiles(x);
    Floats in = new Floats(x);
    kernel.mean(tiles, in, this.mean);
    kernel.variance(tiles, in, this.mean, this.variance);
    new Floats(mean).write(0, this.mean, this.mean.length);
    new Floats(variance).write(0, this.variance, this.variance.length);
    forward(tiles, in, gamma, beta, eps, y);
  }

  @Override
  public void infer(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      INDArray y,
      Scratch scratch) {
    read(mean, variance);
    forward(tiles(x), new Floats(x), gamma, beta, eps, y);
  }

  private void read(INDArray mean, INDArray variance) {
    new Floats(mean).read(0, this.mean, this.mean.length);
    new Floats(variance).read(0, this.variance, this.variance.length);
  }

  private void forward(
      ChannelTiles tiles, Floats x, INDArray gamma, INDArray beta, double eps, INDArray y) {
    float[] scale = inverseDeviation(eps);
    multiply(scale, gamma);
    float[] shift = new float[mean.length];
    new Floats(beta).read(0, shift, mean.length);
    kernel.forward(tiles, x, new Floats(y), mean, scale, shift);
  }

  @Override
  public void backward(
      INDArray x,
      INDArray dy,
      INDArray gamma,
      INDArray mean,
      INDArray variance,
      double eps,
      INDArray dx,
      INDArray dGamma,
      INDArray dBeta,
      Scratch scratch) {
    read(mean, variance);
    ChannelTiles tiles = tiles(x);
    Floats in = new Floats(x);
    Floats out = new Floats(dy);
    int channels = this.mean.length;
    double[] sumDy = new double[channels];
    double[] sumDyX = new double[channels];
    kernel.backwardSums(tiles, in, out, this.mean, sumDy, sumDyX);

    long m = tiles.valuesPerChannel();
    float[] inverse = inverseDeviation(eps);
    float[] scale = inverse.clone();
    multiply(scale, gamma);
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
      shift[c] = (float) (-scale[c] * sumDy[c] / m - perX * this.mean[c]);
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
