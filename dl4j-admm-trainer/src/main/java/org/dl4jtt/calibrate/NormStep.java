package org.dl4jtt.calibrate;

import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GAMMA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_LOG_STD;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_MEAN;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_VAR;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A batch norm as in inference: {@code y = γ (x − m) / √(v + ε) + β} with running statistics.
 * DL4J's own backward pass is that of training, where mean and variance depend on x.
 */
final class NormStep extends LayerStep {
  private static final double SMALLEST_VARIANCE = 1e-12;

  private final BatchNormalization configuration;
  private @Nullable Rows entering;

  NormStep(LayerVertex vertex, BatchNormalization configuration) {
    super(vertex);
    this.configuration = configuration;
  }

  @Override
  void see(INDArray x, @Nullable INDArray mask) {
    entering = Rows.of(x, axis(x), mask);
  }

  private int axis(INDArray x) {
    return x.rank() == 4 && configuration.getCnn2DFormat() == CNN2DFormat.NHWC ? 3 : 1;
  }

  /** What was normalised last, a channel a column. */
  Rows entering() {
    return Objects.requireNonNull(entering, "the inputs of a batch norm that has not run");
  }

  /**
   * Sets the running statistics m, v to m', v', so that what is normalised has the mean and
   * variance that it had in the dense network: for x there and x~ here
   *
   * <pre>
   *   √v' = √v dev(x~) / dev(x)      m' = mean(x~) − (mean(x) − m) √v' / √v
   * </pre>
   *
   * <p>Where m and v are those of x, m' and v' are those of x~; where x~ is x, they stay.
   *
   * @param dense sums over rows as those of {@link #entering}, in the dense network
   * @param small the same in this one
   * @return the changed parameters by name
   */
  Map<String, INDArray> follow(Sums dense, Sums small) {
    INDArray ratio = Transforms.sqrt(variance(small).div(variance(dense)), false);
    var parameters = layer().paramTable(false);
    INDArray mean = doubles(parameters.get(GLOBAL_MEAN));
    INDArray moved = small.mean().sub(dense.mean().sub(mean).mul(ratio));
    INDArray variance = doubles(runningVariance()).mul(ratio).muli(ratio);
    Map<String, INDArray> changed = new HashMap<>();
    parameters.forEach(
        (name, parameter) -> {
          INDArray value =
              switch (name) {
                case GLOBAL_MEAN -> moved;
                case GLOBAL_VAR -> variance;
                case GLOBAL_LOG_STD -> Transforms.log(variance, true).divi(2 * Math.log(10));
                default -> null; // gamma and beta are learnt
              };
          if (value != null) {
            parameter.assign(value.castTo(parameter.dataType()).reshape(parameter.shape()));
            changed.put(name, parameter);
          }
        });
    return changed;
  }

  private static INDArray doubles(@Nullable INDArray row) {
    INDArray values = Objects.requireNonNull(row).castTo(DataType.DOUBLE);
    return values.reshape(values.length());
  }

  /** Floored, so that a dead channel stays finite. */
  private static INDArray variance(Sums sums) {
    INDArray mean = sums.mean();
    INDArray variance = sums.products().div(sums.count()).subi(mean.mul(mean));
    return Transforms.max(variance, SMALLEST_VARIANCE, true);
  }

  private INDArray runningVariance() {
    var parameters = layer().paramTable(false);
    INDArray logStd = parameters.get(GLOBAL_LOG_STD);
    return logStd == null
        ? Objects.requireNonNull(parameters.get(GLOBAL_VAR))
        : Transforms.exp(logStd.mul(2 * Math.log(10)), false);
  }

  @Override
  INDArray passBack(@Nullable INDArray given) {
    INDArray epsilon = Objects.requireNonNull(given, "a batch norm without a gradient");
    return Nd4j.getExecutioner()
        .exec(
            new org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp(
                epsilon,
                factors().castTo(epsilon.dataType()),
                Nd4j.createUninitialized(epsilon.dataType(), epsilon.shape()),
                axis(epsilon)));
  }

  private INDArray factors() {
    var parameters = layer().paramTable(false);
    INDArray deviation = Transforms.sqrt(runningVariance().add(configuration.getEps()), false);
    INDArray gamma = parameters.get(GAMMA);
    INDArray factors =
        gamma == null ? deviation.rdiv(configuration.getGamma()) : gamma.div(deviation);
    return factors.reshape(factors.length());
  }
}
