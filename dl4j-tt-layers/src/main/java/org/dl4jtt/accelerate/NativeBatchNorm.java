package org.dl4jtt.accelerate;

import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.layers.normalization.BatchNormalizationHelper;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.accelerate.ChannelTiles.Floats;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A stock batch norm layer through {@link BatchNormKernel}. ND4J's own operations for it are slow:
 * its variance takes four times as long as its mean, its derivative longer than the derivative of
 * the convolution before it.
 */
final class NativeBatchNorm implements BatchNormalizationHelper {
  private final BatchNormalization layer;
  private final BatchNormKernel kernel = new BatchNormKernel();
  private final float[] mean;
  private final float[] variance;
  private final INDArray meanArray;
  private final INDArray varianceArray;

  /**
   * Whether mean and variance are those of the last batch; else the running ones, of an inference.
   */
  private boolean ofBatch;

  NativeBatchNorm(BatchNormalization layer) {
    this.layer = layer;
    int channels =
        Math.toIntExact(layer.getParam(BatchNormalizationParamInitializer.GAMMA).length());
    mean = new float[channels];
    variance = new float[channels];
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      Objects.requireNonNull(outside);
      meanArray = Nd4j.create(DataType.FLOAT, channels);
      varianceArray = Nd4j.create(DataType.FLOAT, channels);
    }
  }

  /** FLOAT, and trained gamma and beta: the stock layer applies fixed ones by rules of its own. */
  static boolean supports(BatchNormalization layer) {
    var conf = (org.deeplearning4j.nn.conf.layers.BatchNormalization) layer.conf().getLayer();
    return layer.getClass() == BatchNormalization.class
        && !conf.isLockGammaBeta()
        && layer.getParam(BatchNormalizationParamInitializer.GAMMA).dataType() == DataType.FLOAT;
  }

  @Override
  public @Nullable INDArray preOutput(
      INDArray x,
      boolean training,
      long[] shape,
      INDArray gamma,
      INDArray beta,
      INDArray runningMean,
      INDArray runningVariance,
      double decay,
      double eps,
      CNN2DFormat format,
      LayerWorkspaceMgr workspaces) {
    if (!isSupported(x)) {
      return null;
    }
    ChannelTiles tiles = tiles(x, format);
    Floats in = new Floats(Dense.of(x, ArrayType.FF_WORKING_MEM, workspaces));
    ofBatch = training;
    if (training) {
      kernel.mean(tiles, in, mean);
      kernel.variance(tiles, in, mean, variance);
    } else {
      new Floats(runningMean).read(0, mean, mean.length);
      new Floats(runningVariance).read(0, variance, mean.length);
    }
    float[] scale = inverseDeviation(eps);
    float[] shift = new float[mean.length];
    multiply(scale, gamma);
    new Floats(beta).read(0, shift, mean.length);
    INDArray y =
        workspaces.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, x.shape(), 'c');
    kernel.forward(tiles, in, new Floats(y), mean, scale, shift);
    return y;
  }

  @Override
  public @Nullable Pair<Gradient, INDArray> backpropGradient(
      INDArray input,
      INDArray epsilon,
      long[] shape,
      INDArray gamma,
      INDArray beta,
      INDArray gammaGradient,
      INDArray betaGradient,
      double eps,
      CNN2DFormat format,
      LayerWorkspaceMgr workspaces) {
    if (!ofBatch || !isSupported(input)) {
      return null; // after an inference, as in a frozen layer: the stock path knows what to do
    }
    ChannelTiles tiles = tiles(input, format);
    Floats x = new Floats(Dense.of(input, ArrayType.BP_WORKING_MEM, workspaces));
    Floats dy = new Floats(Dense.of(epsilon, ArrayType.BP_WORKING_MEM, workspaces));
    int channels = mean.length;
    double[] sumDy = new double[channels];
    double[] sumDyX = new double[channels];
    kernel.backwardSums(tiles, x, dy, mean, sumDy, sumDyX);

    long m = tiles.valuesPerChannel();
    float[] inverse = inverseDeviation(eps);
    float[] scale = inverse.clone();
    multiply(scale, gamma);
    float[] dBeta = new float[channels];
    float[] dGamma = new float[channels];
    float[] slope = new float[channels];
    float[] shift = new float[channels];
    for (int c = 0; c < channels; c++) {
      double dg = sumDyX[c] * inverse[c];
      double perX = -scale[c] * inverse[c] * dg / m;
      dBeta[c] = (float) sumDy[c];
      dGamma[c] = (float) dg;
      slope[c] = (float) perX;
      shift[c] = (float) (-scale[c] * sumDy[c] / m - perX * mean[c]);
    }
    new Floats(gammaGradient).write(0, dGamma, channels);
    new Floats(betaGradient).write(0, dBeta, channels);
    INDArray dx =
        workspaces.createUninitialized(
            ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape(), 'c');
    kernel.backward(tiles, x, dy, new Floats(dx), scale, slope, shift);

    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(BatchNormalizationParamInitializer.GAMMA, gammaGradient);
    gradient.setGradientFor(BatchNormalizationParamInitializer.BETA, betaGradient);
    return new Pair<>(gradient, dx);
  }

  /**
   * The layer gives a matrix [N, C] four dimensions; so it does a time series, by rules of its own.
   */
  private boolean isSupported(INDArray images) {
    return images.dataType() == DataType.FLOAT && images.rank() == 4 && layer.input().rank() != 3;
  }

  private ChannelTiles tiles(INDArray images, CNN2DFormat format) {
    // A matrix comes as [N, C, 1, 1], or as [N, 1, 1, C]: the same memory either way.
    boolean channelsLast = format == CNN2DFormat.NHWC && images.size(3) == mean.length;
    return new ChannelTiles(images, mean.length, channelsLast ? 3 : 1);
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

  /** For the running mean; the layer asks after every backward pass. */
  @Override
  public INDArray getMeanCache(DataType dataType) {
    new Floats(meanArray).write(0, mean, mean.length);
    return meanArray;
  }

  /** For the running variance; filled anew each time, because the stock path adds eps in place. */
  @Override
  public INDArray getVarCache(DataType dataType) {
    new Floats(varianceArray).write(0, variance, mean.length);
    return varianceArray;
  }

  @Override
  public boolean checkSupported(double eps, boolean fixedGammaBeta) {
    return !fixedGammaBeta;
  }

  @Override
  public boolean checkSupported() {
    return true;
  }

  @Override
  public Map<String, Long> helperMemoryUse() {
    return Map.of();
  }
}
