package org.dl4jtt.accelerate;

import java.util.Arrays;
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
  private final float[] x = ChannelTiles.tile();
  private final float[] dy = ChannelTiles.tile();
  private final float[] a = ChannelTiles.tile();
  private final float[] b = ChannelTiles.tile();
  private final float[] c = ChannelTiles.tile();

  void mean(ChannelTiles tiles, Floats input, float[] mean) {
    double[] sums = new double[mean.length];
    tiles.forEachPlace(
        (place, size) -> {
          Arrays.fill(a, 0);
          tiles.forEachTile(
              place,
              size,
              (offset, count) -> {
                input.read(offset, x, count);
                addTo(a, x, count);
              });
          tiles.gather(a, place, size, sums);
        });
    divide(sums, tiles.valuesPerChannel(), mean);
  }

  void variance(ChannelTiles tiles, Floats input, float[] mean, float[] variance) {
    double[] sums = new double[mean.length];
    tiles.forEachPlace(
        (place, size) -> {
          Arrays.fill(a, 0);
          tiles.spread(mean, place, b, size);
          tiles.forEachTile(
              place,
              size,
              (offset, count) -> {
                input.read(offset, x, count);
                addSquaresTo(a, x, b, count);
              });
          tiles.gather(a, place, size, sums);
        });
    divide(sums, tiles.valuesPerChannel(), variance);
  }

  /** {@code y = scale (x - mean) + shift}, each a number per channel. */
  void forward(
      ChannelTiles tiles, Floats input, Floats output, float[] mean, float[] scale, float[] shift) {
    tiles.forEachPlace(
        (place, size) -> {
          tiles.spread(mean, place, a, size);
          tiles.spread(scale, place, b, size);
          tiles.spread(shift, place, c, size);
          tiles.forEachTile(
              place,
              size,
              (offset, count) -> {
                input.read(offset, x, count);
                normalise(x, a, b, c, count);
                output.write(offset, x, count);
              });
        });
  }

  /** Adds {@code Σ dy} and {@code Σ dy (x - mean)} of every channel to the sums. */
  void backwardSums(
      ChannelTiles tiles,
      Floats input,
      Floats gradient,
      float[] mean,
      double[] sumDy,
      double[] sumDyX) {
    tiles.forEachPlace(
        (place, size) -> {
          Arrays.fill(a, 0);
          Arrays.fill(b, 0);
          tiles.spread(mean, place, c, size);
          tiles.forEachTile(
              place,
              size,
              (offset, count) -> {
                input.read(offset, x, count);
                gradient.read(offset, dy, count);
                addTo(a, dy, count);
                addProductsTo(b, dy, x, c, count);
              });
          tiles.gather(a, place, size, sumDy);
          tiles.gather(b, place, size, sumDyX);
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
        (place, size) -> {
          tiles.spread(scale, place, a, size);
          tiles.spread(slope, place, b, size);
          tiles.spread(shift, place, c, size);
          tiles.forEachTile(
              place,
              size,
              (offset, count) -> {
                input.read(offset, x, count);
                gradient.read(offset, dy, count);
                combine(dy, x, a, b, c, count);
                output.write(offset, dy, count);
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
