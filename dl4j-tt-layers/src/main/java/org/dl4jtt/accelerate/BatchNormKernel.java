package org.dl4jtt.accelerate;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.dl4jtt.accelerate.ChannelTiles.Buffers;
import org.dl4jtt.accelerate.ChannelTiles.Floats;

/**
 * The sums and products of batch norm (Ioffe and Szegedy 2015, algorithm 1), over the m values of
 * each channel:
 *
 * <pre>
 *   mean = Σ x / m        var = Σ (x - mean)² / m          s = 1 / √(var + eps)
 *   y  = gamma s (x - mean) + beta
 *   dbeta = Σ dy          dgamma = s Σ dy (x - mean)
 *   dx = gamma s (dy - dbeta / m - (x - mean) s dgamma / m)
 * </pre>
 *
 * <p>The variance takes a second pass over x: a sum of squares in one pass loses its digits where
 * the mean is large. Sums are in float along the batch and in double from there on.
 */
final class BatchNormKernel {
  private final Buffers[] buffers = Buffers.ofThreads();

  void mean(ChannelTiles tiles, Floats input, float[] mean) {
    ChannelTiles.Sums sums = tiles.new Sums();
    tiles.forEachPlace(
        buffers,
        (place, size, t) -> {
          FloatPointer in = input.pointer();
          Arrays.fill(t.a, 0);
          tiles.forEachTile(
              place,
              size,
              (offset, count) -> {
                in.position(offset).get(t.x, 0, count);
                addTo(t.a, t.x, count);
              });
          sums.gather(t.a, place, size);
        });
    divide(sums.perChannel(), tiles.valuesPerChannel(), mean);
  }

  void variance(ChannelTiles tiles, Floats input, float[] mean, float[] variance) {
    ChannelTiles.Sums sums = tiles.new Sums();
    tiles.forEachPlace(
        buffers,
        (place, size, t) -> {
          FloatPointer in = input.pointer();
          Arrays.fill(t.a, 0);
          tiles.spread(mean, place, t.b, size);
          tiles.forEachTile(
              place,
              size,
              (offset, count) -> {
                in.position(offset).get(t.x, 0, count);
                addSquaresTo(t.a, t.x, t.b, count);
              });
          sums.gather(t.a, place, size);
        });
    divide(sums.perChannel(), tiles.valuesPerChannel(), variance);
  }

  /** {@code y = scale (x - mean) + shift}, each a number per channel. */
  void forward(
      ChannelTiles tiles, Floats input, Floats output, float[] mean, float[] scale, float[] shift) {
    tiles.forEachPlace(
        buffers,
        (place, size, t) -> {
          FloatPointer in = input.pointer();
          FloatPointer out = output.pointer();
          tiles.spread(mean, place, t.a, size);
          tiles.spread(scale, place, t.b, size);
          tiles.spread(shift, place, t.c, size);
          tiles.forEachTile(
              place,
              size,
              (offset, count) -> {
                in.position(offset).get(t.x, 0, count);
                normalise(t.x, t.a, t.b, t.c, count);
                out.position(offset).put(t.x, 0, count);
              });
        });
  }

  /** The sums {@code Σ dy} and {@code Σ dy (x - mean)} of every channel. */
  void backwardSums(
      ChannelTiles tiles,
      Floats input,
      Floats gradient,
      float[] mean,
      ChannelTiles.Sums sumDy,
      ChannelTiles.Sums sumDyX) {
    tiles.forEachPlace(
        buffers,
        (place, size, t) -> {
          FloatPointer in = input.pointer();
          FloatPointer with = gradient.pointer();
          Arrays.fill(t.a, 0);
          Arrays.fill(t.b, 0);
          tiles.spread(mean, place, t.c, size);
          tiles.forEachTile(
              place,
              size,
              (offset, count) -> {
                in.position(offset).get(t.x, 0, count);
                with.position(offset).get(t.dy, 0, count);
                addTo(t.a, t.dy, count);
                addProductsTo(t.b, t.dy, t.x, t.c, count);
              });
          sumDy.gather(t.a, place, size);
          sumDyX.gather(t.b, place, size);
        });
  }

  /** {@code dx = scale dy + slope x + shift}, each a number per channel. */
  void backward(
      ChannelTiles tiles,
      Floats input,
      Floats gradient,
      Floats output,
      float[] scale,
      float[] slope,
      float[] shift) {
    tiles.forEachPlace(
        buffers,
        (place, size, t) -> {
          FloatPointer in = input.pointer();
          FloatPointer with = gradient.pointer();
          FloatPointer out = output.pointer();
          tiles.spread(scale, place, t.a, size);
          tiles.spread(slope, place, t.b, size);
          tiles.spread(shift, place, t.c, size);
          tiles.forEachTile(
              place,
              size,
              (offset, count) -> {
                in.position(offset).get(t.x, 0, count);
                with.position(offset).get(t.dy, 0, count);
                combine(t.dy, t.x, t.a, t.b, t.c, count);
                out.position(offset).put(t.dy, 0, count);
              });
        });
  }

  // Loops over whole arrays and nothing else: the form that C2 turns into vector instructions.

  private static void addTo(float[] sum, float[] x, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] += x[i];
    }
  }

  private static void addSquaresTo(float[] sum, float[] x, float[] mean, int count) {
    for (int i = 0; i < count; i++) {
      float centred = x[i] - mean[i];
      sum[i] += centred * centred;
    }
  }

  private static void addProductsTo(float[] sum, float[] dy, float[] x, float[] mean, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] += dy[i] * (x[i] - mean[i]);
    }
  }

  private static void normalise(float[] x, float[] mean, float[] scale, float[] shift, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = (x[i] - mean[i]) * scale[i] + shift[i];
    }
  }

  private static void combine(
      float[] dy, float[] x, float[] scale, float[] slope, float[] shift, int count) {
    for (int i = 0; i < count; i++) {
      dy[i] = scale[i] * dy[i] + (slope[i] * x[i] + shift[i]);
    }
  }

  private static void divide(double[] sums, long count, float[] means) {
    for (int i = 0; i < means.length; i++) {
      means[i] = (float) (sums[i] / count);
    }
  }
}
