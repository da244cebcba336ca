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
import org.dl4jtt.accelerate.BatchNormRoutine.Norm;
import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.internal.onednn.ImageLayer;
import org.dl4jtt.internal.onednn.Images;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A stock batch norm layer by oneDNN, or in Java without it. */
final class NativeBatchNorm implements BatchNormalizationHelper, ImageLayer {
  private final BatchNormalization layer;
  private final BatchNormRoutine forImages;
  private final BatchNormRoutine forMatrices;
  private final INDArray mean;
  private final INDArray variance;
  private final INDArray varianceCopy;
  private boolean channelsLastOutput;
  private boolean gradientAsInput = true;

  /**
   * Whether mean and variance are those of the last batch; else the running ones, of an inference.
   */
  private boolean ofBatch;

  NativeBatchNorm(BatchNormalization layer, boolean byOneDnn) {
    this.layer = layer;
    int channels =
        Math.toIntExact(layer.getParam(BatchNormalizationParamInitializer.GAMMA).length());
    this.forMatrices = new TiledBatchNorm(channels);
    this.forImages = byOneDnn ? new OneDnnBatchNorm() : forMatrices;
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      Objects.requireNonNull(outside);
      this.mean = Nd4j.create(DataType.FLOAT, channels);
      this.variance = Nd4j.create(DataType.FLOAT, channels);
      this.varianceCopy = Nd4j.create(DataType.FLOAT, channels);
    }
  }

  @Override
  public void channelsLast(boolean output, boolean inputGradient) {
    gradientAsInput = inputGradient;
    channelsLastOutput = output && byOneDnn();
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
    ofBatch = training;
    INDArray y =
        ContiguousArrays.create(
            x.shape(), channelsLastOutput && !isNhwc(x, format), ArrayType.ACTIVATIONS, workspaces);
    INDArray images = images(x, format, ArrayType.FF_WORKING_MEM, workspaces);
    INDArray out = nchw(y, format);
    Scratch scratch = ContiguousArrays.scratch(ArrayType.FF_WORKING_MEM, workspaces);
    Norm norm = new Norm(gamma, beta, mean, variance, eps);
    if (training) {
      routine(images).train(images, norm, out, scratch);
    } else {
      mean.assign(runningMean.reshape(mean.shape()));
      variance.assign(runningVariance.reshape(variance.shape()));
      routine(images).infer(images, norm, out, scratch);
    }
    return y;
  }

  private boolean byOneDnn() {
    return forImages instanceof OneDnnBatchNorm;
  }

  private BatchNormRoutine routine(INDArray images) {
    return images.size(2) * images.size(3) > 1 ? forImages : forMatrices;
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
    INDArray x = images(input, format, ArrayType.BP_WORKING_MEM, workspaces);
    INDArray dy = images(epsilon, format, ArrayType.BP_WORKING_MEM, workspaces);
    INDArray dx =
        ContiguousArrays.inputGradient(
            x,
            gradientAsInput || isNhwc(input, format),
            workspaces,
            target ->
                routine(x)
                    .backward(
                        x,
                        dy,
                        new Norm(gamma, beta, mean, variance, eps),
                        target,
                        gammaGradient,
                        betaGradient,
                        ContiguousArrays.scratch(ArrayType.BP_WORKING_MEM, workspaces)));

    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(BatchNormalizationParamInitializer.GAMMA, gammaGradient);
    gradient.setGradientFor(BatchNormalizationParamInitializer.BETA, betaGradient);
    return new Pair<>(gradient, isNhwc(input, format) ? Images.toNhwc(dx) : dx);
  }

  /**
   * The layer gives a matrix [N, C] four dimensions; so it does a time series, by rules of its own.
   */
  private boolean isSupported(INDArray images) {
    return images.dataType() == DataType.FLOAT && images.rank() == 4 && layer.input().rank() != 3;
  }

  /**
   * [N, C, H, W]; in memory as the network's format says, or channels first or last where oneDNN
   * puts either into the other.
   */
  private INDArray images(
      INDArray x, CNN2DFormat format, ArrayType place, LayerWorkspaceMgr workspaces) {
    INDArray images = nchw(x, format);
    boolean readable = Images.isChannelsFirst(x) || (byOneDnn() && Images.isChannelsLast(images));
    return readable ? images : nchw(workspaces.dup(place, x, 'c'), format);
  }

  /** A matrix comes as [N, C, 1, 1], or as [N, 1, 1, C]. */
  private boolean isNhwc(INDArray x, CNN2DFormat format) {
    return format == CNN2DFormat.NHWC && x.size(3) == mean.length();
  }

  private INDArray nchw(INDArray x, CNN2DFormat format) {
    return isNhwc(x, format) ? Images.toNchw(x) : x;
  }

  /** For the running mean; the layer asks after every backward pass. */
  @Override
  public INDArray getMeanCache(DataType dataType) {
    return mean;
  }

  /** For the running variance; filled anew each time, because the stock path adds eps in place. */
  @Override
  public INDArray getVarCache(DataType dataType) {
    return varianceCopy.assign(variance);
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
