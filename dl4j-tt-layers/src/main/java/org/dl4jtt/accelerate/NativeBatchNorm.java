package org.dl4jtt.accelerate;

import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.layers.normalization.BatchNormalizationHelper;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.summarystats.Variance;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A stock batch norm layer through native operations: {@code y = gamma (x - mean) / sqrt(var + eps)
 * + beta}.
 */
final class NativeBatchNorm implements BatchNormalizationHelper {
  private final INDArray mean;
  private final INDArray variance;
  private boolean batchStatistics;

  NativeBatchNorm(BatchNormalization layer) {
    INDArray like = layer.getParam(BatchNormalizationParamInitializer.GAMMA);
    mean = like.reshape(like.length()).dup();
    variance = mean.dup();
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
    if (x.dataType() != DataType.FLOAT || x.rank() != 4) {
      return null;
    }
    int axis = axis(x, format);
    INDArray input = Dense.of(x, ArrayType.FF_WORKING_MEM, workspaces);
    batchStatistics = training;
    if (training) {
      int[] others = axis == 1 ? new int[] {0, 2, 3} : new int[] {0, 1, 2};
      input.mean(mean, others);
      Nd4j.exec(new Variance(input, variance, false, others));
    } else {
      mean.assign(runningMean.reshape(mean.length()));
      variance.assign(runningVariance.reshape(mean.length()));
    }
    INDArray y =
        workspaces.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, x.shape(), 'c');
    Nd4j.exec(
        DynamicCustomOp.builder("batchnorm")
            .addInputs(
                input, mean, variance, gamma.reshape(gamma.length()), beta.reshape(beta.length()))
            .addOutputs(y)
            .addIntegerArguments(1, 1, axis)
            .addFloatingPointArguments(eps)
            .build());
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
    if (input.dataType() != DataType.FLOAT || input.rank() != 4 || !batchStatistics) {
      return null;
    }
    INDArray x = Dense.of(input, ArrayType.BP_WORKING_MEM, workspaces);
    INDArray dy = Dense.of(epsilon, ArrayType.BP_WORKING_MEM, workspaces);
    INDArray dx =
        workspaces.createUninitialized(
            ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape(), 'c');
    INDArray unused =
        workspaces.createUninitialized(ArrayType.BP_WORKING_MEM, DataType.FLOAT, mean.length());
    INDArray unused2 =
        workspaces.createUninitialized(ArrayType.BP_WORKING_MEM, DataType.FLOAT, mean.length());
    Nd4j.exec(
        DynamicCustomOp.builder("batchnorm_bp")
            .addInputs(
                x, mean, variance, gamma.reshape(gamma.length()), beta.reshape(beta.length()), dy)
            .addOutputs(
                dx,
                unused,
                unused2,
                gammaGradient.reshape(mean.length()),
                betaGradient.reshape(mean.length()))
            .addIntegerArguments(1, 1, axis(input, format))
            .addFloatingPointArguments(eps)
            .build());
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(BatchNormalizationParamInitializer.GAMMA, gammaGradient);
    gradient.setGradientFor(BatchNormalizationParamInitializer.BETA, betaGradient);
    return new Pair<>(gradient, dx);
  }

  /**
   * The channel dimension; the layer shapes a matrix [N, C] like [N, C, 1, 1] whatever the format.
   */
  private int axis(INDArray x, CNN2DFormat format) {
    return format == CNN2DFormat.NCHW || x.size(3) != mean.length() ? 1 : 3;
  }

  @Override
  public INDArray getMeanCache(DataType dataType) {
    return mean;
  }

  @Override
  public INDArray getVarCache(DataType dataType) {
    return variance.dup(); // the layer adds eps in place when it falls back
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
