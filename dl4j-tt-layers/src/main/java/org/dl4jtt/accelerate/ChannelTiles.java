package org.dl4jtt.accelerate;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Walks over images {@code [N, C, H, W]} or {@code [N, H, W, C]} (or a matrix {@code [N, C]}) tile
 * by tile, in plain Java.
 *
 * <p>Memory is a sequence of equal periods, in which the channel depends only on the place: C·H·W
 * floats of one image, or the C floats of one pixel. A tile is a piece of a period, or several
 * whole periods, small enough for the first level of the cache. Tiles at the same place of
 * different periods have the same channels, so that sums over the batch and products with a number
 * per channel are plain loops over equal arrays, which the compiler turns into vector instructions:
 * several times faster than ND4J's reductions over (0, 2, 3).
 *
 * <pre>
 *   forEachPlace:  clear sums, spread numbers per channel over a tile      (on several threads)
 *     forEachTile: read, compute, write
 *   gather sums per channel
 * </pre>
 */
final class ChannelTiles {
  /** 16 kB: five such arrays stay in the second level of any cache. */
  private static final int TILE = 4096;

  private final int channels;

  /** Floats of one channel that follow each other: H·W, or 1. */
  private final int run;

  private final int period;
  private final long length;
  private final int stride;

  ChannelTiles(INDArray images, int channels, int channelAxis) {
    this.channels = channels;
    this.length = images.length();
    int pixels = Math.toIntExact(length / images.size(0) / channels);
    this.run = channelAxis == 1 ? pixels : 1;
    this.period = run * channels;
    this.stride = period * Math.max(1, TILE / period);
  }

  /** The number of values in one channel. */
  long valuesPerChannel() {
    return length / channels;
  }

  /** What one thread works in. */
  static final class Buffers {
    final float[] x = new float[TILE];
    final float[] dy = new float[TILE];
    final float[] a = new float[TILE];
    final float[] b = new float[TILE];
    final float[] c = new float[TILE];

    /** One for each thread. */
    static Buffers[] ofThreads() {
      Buffers[] all = new Buffers[Threads.count()];
      Arrays.setAll(all, k -> new Buffers());
      return all;
    }
  }

  /** The places of the period at which tiles begin. */
  interface Place {
    void visit(int place, int size, Buffers buffers);
  }

  /** One tile: {@code size} floats from {@code offset} on. */
  interface Tile {
    void visit(long offset, int size);
  }

  /** The places are shared out among threads. */
  void forEachPlace(Buffers[] buffers, Place work) {
    int parts = Math.min(places(), Threads.count(length));
    Threads.forEach(
        parts,
        part -> {
          for (int k = part; k < places(); k += parts) {
            int place = k * TILE;
            int size = (int) Math.min(length - place, Math.min(TILE, stride - place));
            work.visit(place, size, buffers[part]);
          }
        });
  }

  private int places() {
    return (stride + TILE - 1) / TILE;
  }

  /** The tiles at {@code place}, one per image or group of pixels; the last one may be short. */
  void forEachTile(int place, int size, Tile work) {
    for (long start = place; start < length; start += stride) {
      work.visit(start, (int) Math.min(size, length - start));
    }
  }

  /** Sets {@code tile[i]} to the number of the channel of the i-th float after {@code place}. */
  void spread(float[] perChannel, int place, float[] tile, int size) {
    for (int i = 0; i < size; ) {
      int at = (place + i) % period;
      int end = Math.min(size, i + run - at % run);
      Arrays.fill(tile, i, end, perChannel[at / run]);
      i = end;
    }
  }

  /** Sums per channel: the same bits however many threads gather them. */
  final class Sums {
    private final double[][] ofPlaces = new double[places()][channels];

    /** Adds every {@code tile[i]} to the sum of its channel. */
    void gather(float[] tile, int place, int size) {
      double[] sums = ofPlaces[place / TILE];
      for (int i = 0; i < size; ) {
        int at = (place + i) % period;
        int end = Math.min(size, i + run - at % run);
        double sum = 0;
        for (; i < end; i++) {
          sum += tile[i];
        }
        sums[at / run] += sum;
      }
    }

    double[] perChannel() {
      double[] all = new double[channels];
      for (double[] sums : ofPlaces) {
        for (int c = 0; c < channels; c++) {
          all[c] += sums[c];
        }
      }
      return all;
    }
  }

  /** The memory of an array that lies in 'c' order without gaps. */
  static final class Floats {
    private final INDArray array;

    Floats(INDArray array) {
      this.array = array;
    }

    /** To be used by one thread: a pointer has a position. */
    FloatPointer pointer() {
      return new FloatPointer(array.data().addressPointer());
    }

    void read(float[] into, int size) {
      pointer().get(into, 0, size);
    }

    void write(float[] from, int size) {
      pointer().put(from, 0, size);
    }
  }
}
