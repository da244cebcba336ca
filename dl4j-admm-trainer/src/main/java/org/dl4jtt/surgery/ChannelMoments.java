package org.dl4jtt.surgery;

import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.dl4jtt.plan.NetworkLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Mean and variance of every channel, over batches, images and time. */
final class ChannelMoments {
  /** Of a variance before its logarithm, so that a dead channel stays finite. */
  private static final double SMALLEST_VARIANCE = 1e-12;

  private final CNN2DFormat format;
  private long batches;
  private INDArray mean = Nd4j.scalar(0.0);
  private INDArray variance = Nd4j.scalar(0.0);

  ChannelMoments(CNN2DFormat format) {
    this.format = format;
  }

  /** Batches count alike: means, and variances within a batch, as in the running statistics. */
  void add(INDArray input) {
    INDArray x = input.castTo(DataType.DOUBLE);
    int channel = x.rank() == 4 && format == CNN2DFormat.NHWC ? 3 : 1;
    int[] others = IntStream.range(0, x.rank()).filter(axis -> axis != channel).toArray();
    INDArray batchMean = x.mean(others);
    INDArray batchVariance = x.var(false, others);
    batches++;
    mean = mean.add(batchMean.sub(mean).divi(batches));
    variance = variance.add(batchVariance.sub(variance).divi(batches));
  }

  void write(NetworkLayer layer) {
    layer
        .parameters()
        .forEach(
            (name, parameter) -> {
              switch (name) {
                case BatchNormalizationParamInitializer.GLOBAL_MEAN -> assign(parameter, mean);
                case BatchNormalizationParamInitializer.GLOBAL_VAR -> assign(parameter, variance);
                case BatchNormalizationParamInitializer.GLOBAL_LOG_STD ->
                    assign(parameter, logDeviation());
                default -> {} // gamma and beta are learnt
              }
            });
  }

  /** log10 √v = ln v / (2 ln 10). */
  private INDArray logDeviation() {
    INDArray floored = Transforms.max(variance, SMALLEST_VARIANCE, true);
    return Transforms.log(floored).divi(2 * Math.log(10));
  }

  private static void assign(INDArray parameter, INDArray values) {
    parameter.assign(values.castTo(parameter.dataType()).reshape(parameter.shape()));
  }
}
