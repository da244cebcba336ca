package org.dl4jtt.surgery;

import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.dl4jtt.plan.NetworkLayer;
import org.jspecify.annotations.Nullable;
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

  /**
   * Adds a batch. Batches count alike: means, and variances within a batch, as in the running
   * statistics.
   *
   * @param mask 1 for each position that counts, of as many numbers as the input has positions;
   *     null if all do
   */
  void add(INDArray input, @Nullable INDArray mask) {
    INDArray x = positions(input.castTo(DataType.DOUBLE)); // [positions, channels]
    INDArray weights =
        mask == null || mask.length() != x.size(0)
            ? null
            : mask.castTo(DataType.DOUBLE).dup('c').reshape('c', x.size(0), 1);
    if (weights != null && weights.sumNumber().doubleValue() == 0) {
      return; // padding alone
    }
    INDArray batchMean = weights == null ? x.mean(0) : mean(x, weights);
    INDArray batchVariance;
    if (weights == null) {
      batchVariance = x.var(false, 0);
    } else {
      INDArray deviations = x.subRowVector(batchMean.reshape('c', 1, x.size(1)));
      batchVariance = mean(deviations.muli(deviations), weights);
    }
    batches++;
    mean = mean.add(batchMean.sub(mean).divi(batches));
    variance = variance.add(batchVariance.sub(variance).divi(batches));
  }

  private static INDArray mean(INDArray x, INDArray weights) {
    INDArray sums = weights.transpose().mmul(x); // [1, channels]
    return sums.divi(weights.sumNumber()).reshape(x.size(1));
  }

  /** [N, C, …] or, of channels last, [N, …, C], read as [N ⋯, C]. */
  private INDArray positions(INDArray x) {
    int rank = x.rank();
    if (rank == 2) {
      return x;
    }
    if (format == CNN2DFormat.NHWC) {
      return x.dup('c').reshape('c', x.length() / x.size(rank - 1), x.size(rank - 1));
    }
    int[] last =
        IntStream.range(0, rank).map(k -> k == 0 ? 0 : k == rank - 1 ? 1 : k + 1).toArray();
    INDArray turned = x.permute(last).dup('c');
    return turned.reshape('c', x.length() / x.size(1), x.size(1));
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
