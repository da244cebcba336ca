package org.dl4jtt.calibrate;

import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GAMMA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_LOG_STD;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_VAR;

import java.util.Objects;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A batch norm as in inference: {@code y = γ (x − m) / √(v + ε) + β} with running statistics.
 * DL4J's own backward pass is that of training, where mean and variance depend on x.
 */
final class NormStep extends LayerStep {
  private final BatchNormalization configuration;

  NormStep(LayerVertex vertex, BatchNormalization configuration) {
    super(vertex);
    this.configuration = configuration;
  }

  @Override
  INDArray passBack(@Nullable INDArray given) {
    INDArray epsilon = Objects.requireNonNull(given, "a batch norm without a gradient");
    boolean last = epsilon.rank() == 4 && configuration.getCnn2DFormat() == CNN2DFormat.NHWC;
    return Nd4j.getExecutioner()
        .exec(
            new org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp(
                epsilon,
                factors().castTo(epsilon.dataType()),
                Nd4j.createUninitialized(epsilon.dataType(), epsilon.shape()),
                last ? 3 : 1));
  }

  private INDArray factors() {
    var parameters = layer().paramTable(false);
    INDArray logStd = parameters.get(GLOBAL_LOG_STD);
    INDArray variance =
        logStd == null
            ? Objects.requireNonNull(parameters.get(GLOBAL_VAR))
            : Transforms.exp(logStd.mul(2 * Math.log(10)), false);
    INDArray deviation = Transforms.sqrt(variance.add(configuration.getEps()), false);
    INDArray gamma = parameters.get(GAMMA);
    INDArray factors =
        gamma == null ? deviation.rdiv(configuration.getGamma()) : gamma.div(deviation);
    return factors.reshape(factors.length());
  }
}
