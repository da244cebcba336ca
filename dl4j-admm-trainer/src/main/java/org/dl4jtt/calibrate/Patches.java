package org.dl4jtt.calibrate;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The patches that a convolution sees, as rows [b·oH·oW, kH·kW·I]: the kernel's position slow, the
 * channel fast, as in a {@link org.dl4jtt.tensor.Metric}.
 */
final class Patches {
  /** Numbers at once: 64 MB of floats. */
  private static final long CHUNK = 1 << 24;

  private final int[] kernel;
  private final int[] stride;
  private final int[] dilation;
  private final int[] padding;
  private final ConvolutionMode mode;
  private final boolean sequence;
  private final boolean channelsLast;

  Patches(ConvolutionLayer layer) {
    sequence = layer instanceof Convolution1DLayer;
    kernel = pair(layer.getKernelSize(), 1);
    stride = pair(layer.getStride(), 1);
    dilation = pair(layer.getDilation(), 1);
    padding = pair(layer.getPadding(), 0);
    mode = layer.getConvolutionMode();
    channelsLast =
        layer instanceof Convolution1DLayer steps
            ? steps.getRnnDataFormat() == RNNFormat.NWC
            : layer.getCnn2dDataFormat() == CNN2DFormat.NHWC;
  }

  private int[] pair(int[] values, int neutral) {
    return sequence ? new int[] {values[0], neutral} : values;
  }

  /** The axis of the channels in what the layer takes and gives. */
  int channelAxis() {
    return channelsLast ? (sequence ? 2 : 3) : 1;
  }

  /**
   * The rows of all examples, a few examples at a time.
   *
   * @param mask [b, t] of the layer's output steps, for sequences
   */
  RowSource rows(INDArray input, @Nullable INDArray mask) {
    INDArray images = images(input);
    long perImage = positions(images) * kernel[0] * kernel[1] * images.size(3);
    long step = Math.max(1, CHUNK / Math.max(1, perImage));
    long examples = images.size(0);
    boolean masked = mask != null && mask.length() == examples * positions(images);
    return new RowSource() {
      @Override
      public int chunks() {
        return (int) ((examples + step - 1) / step);
      }

      @Override
      public Rows chunk(int i) {
        long from = i * step;
        long to = Math.min(examples, from + step);
        INDArray part = patches(images.get(interval(from, to), all(), all(), all()));
        INDArray shown = masked && mask != null ? mask.get(interval(from, to), all()) : null;
        return Rows.of(part, 1, shown);
      }
    };
  }

  private long positions(INDArray images) {
    int[] size = outputSize(images);
    return (long) size[0] * size[1];
  }

  /** [b, H, W, I], padded. */
  private INDArray images(INDArray input) {
    INDArray last = input;
    if (sequence) {
      INDArray steps = channelsLast ? input : input.permute(0, 2, 1); // [b, t, I]
      last = steps.dup('c').reshape('c', steps.size(0), steps.size(1), 1, steps.size(2));
    } else if (!channelsLast) {
      last = input.permute(0, 2, 3, 1);
    }
    int[] before = new int[2];
    int[] after = new int[2];
    for (int k = 0; k < 2; k++) {
      int size = (int) last.size(1 + k);
      int reach = dilation[k] * (kernel[k] - 1) + 1;
      if (mode == ConvolutionMode.Same) {
        int out = (size + stride[k] - 1) / stride[k];
        int total = Math.max(0, (out - 1) * stride[k] + reach - size);
        before[k] = total / 2;
        after[k] = total - before[k];
      } else if (mode == ConvolutionMode.Causal) {
        before[k] = k == 0 ? reach - 1 : 0;
      } else {
        before[k] = padding[k];
        after[k] = padding[k];
      }
    }
    INDArray padded =
        Nd4j.create(
            last.dataType(),
            new long[] {
              last.size(0),
              last.size(1) + before[0] + after[0],
              last.size(2) + before[1] + after[1],
              last.size(3)
            },
            'c');
    padded
        .get(
            all(),
            interval(before[0], before[0] + last.size(1)),
            interval(before[1], before[1] + last.size(2)),
            all())
        .assign(last);
    return padded;
  }

  private int[] outputSize(INDArray padded) {
    int[] size = new int[2];
    for (int k = 0; k < 2; k++) {
      int reach = dilation[k] * (kernel[k] - 1) + 1;
      size[k] = Math.max(0, ((int) padded.size(1 + k) - reach) / stride[k] + 1);
    }
    return size;
  }

  private INDArray patches(INDArray images) {
    int[] size = outputSize(images);
    long n = images.size(3);
    int positions = kernel[0] * kernel[1];
    INDArray rows =
        Nd4j.createUninitialized(
            images.dataType(), new long[] {images.size(0), size[0], size[1], positions * n}, 'c');
    for (int p = 0; p < positions; p++) {
      int y = dilation[0] * (p / kernel[1]);
      int x = dilation[1] * (p % kernel[1]);
      rows.get(all(), all(), all(), interval(p * n, (p + 1) * n))
          .assign(
              images.get(
                  all(),
                  interval(y, stride[0], y + (long) stride[0] * (size[0] - 1) + 1),
                  interval(x, stride[1], x + (long) stride[1] * (size[1] - 1) + 1),
                  all()));
    }
    return rows.reshape('c', new long[] {-1, positions * n});
  }
}
