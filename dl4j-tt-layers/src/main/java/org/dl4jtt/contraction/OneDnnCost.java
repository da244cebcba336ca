package org.dl4jtt.contraction;

import java.util.List;

/**
 * Predicted time of {@link OneDnnStages}: operations at the rate of the routine that does them,
 * numbers that pass through memory or change their order, and a price per call.
 *
 * <p>Measured on two cores with AVX-512, batch 16, without what enters and leaves, in ms:
 *
 * <pre>
 *   channels, image      direct  predicted   minimal filtering  predicted   gradient of x   of W
 *    64 at 56x56  3x3     17.5      17.5            8.3             8.4          10          9.5
 *    48 at 56x56  3x3      9.9      10.0            5.2             5.3                      5
 *   128 at 28x28  3x3     17        17.2            7.2             7.1           7.7        8.5
 *   144 at 14x14  3x3      5.0       5.4            3.3             2.9                      3.5
 *   288 at 7x7    3x3      4.6       5.4            3.7             3.3                      2.6
 *   512 at 7x7    3x3     14.7      16.9            8.8            10.0                     10
 *   64 -> 48 at 56x56 1x1  1.95      2.0                                          2-3        1.9
 *   256 -> 128 at 14x14    1.03      1.1                                          1          1
 *
 *   an image of 3.2 M numbers from 'c' order to oneDNN's or back: 0.4 to 0.9; kernels: 0.05 to 1
 * </pre>
 *
 * <p>Either gradient takes about as long as the forward pass.
 */
final class OneDnnCost {
  private static final double DIRECT = 220e9; // operations per second
  private static final double PASS = 0.1e-9; // seconds for a number
  private static final double FILTERED = 168e9;
  private static final double TRANSFORM = 0.44e-9;
  private static final double KERNEL_TRANSFORM = 1e-9;
  private static final double REORDER = 0.2e-9;
  private static final double KERNEL_REORDER = 0.4e-9;
  private static final double CALL = 30e-6;

  private static final int GROUP = 16; // channels in a vector
  private static final int TILE = 4; // outputs that filtering computes at once
  private static final double SAVED = 4; // multiplications by it

  private OneDnnCost() {}

  /**
   * A forward pass; in training a backward pass, too.
   *
   * @param kept whether kernels are there in the format that suits
   */
  static double seconds(List<ConvGeometry> stages, boolean training, boolean kept) {
    int passes = training ? 3 : 1;
    double seconds = 0;
    for (List<ConvGeometry> section : OneDnnStages.sections(stages)) {
      double ends = numbers(section.get(0), true) + numbers(section.get(section.size() - 1), false);
      seconds += passes * ends * REORDER;
      for (ConvGeometry stage : section) {
        boolean isFiltered = stage.window().isFiltered();
        seconds += passes * (CALL + (isFiltered ? filtered(stage) : direct(stage)));
        if (!kept) {
          seconds +=
              passes * kernel(stage) * (KERNEL_REORDER + (isFiltered ? KERNEL_TRANSFORM : 0));
        }
      }
    }
    return seconds;
  }

  private static double direct(ConvGeometry g) {
    double flops = (double) g.flops() / g.inputs() / g.outputs() * inGroups(g);
    return flops / DIRECT + (numbers(g, true) + numbers(g, false)) * PASS;
  }

  private static double filtered(ConvGeometry g) {
    double tiles = (double) tiles(g.image().height()) * tiles(g.image().width());
    double tiled = tiles * TILE * TILE / g.image().area();
    double flops = (double) g.flops() / g.inputs() / g.outputs() * inGroups(g) * tiled;
    return flops / SAVED / FILTERED + (numbers(g, true) + numbers(g, false)) * tiled * TRANSFORM;
  }

  private static int tiles(int size) {
    return (size + TILE - 1) / TILE;
  }

  /** Pairs of channels, in whole groups on either side. */
  private static double inGroups(ConvGeometry g) {
    return (double) wholeGroups(g.inputs()) * wholeGroups(g.outputs());
  }

  private static int wholeGroups(int channels) {
    return (channels + GROUP - 1) / GROUP * GROUP;
  }

  /** Of the input or of the output. */
  private static double numbers(ConvGeometry g, boolean input) {
    return input
        ? (double) g.batch() * wholeGroups(g.inputs()) * g.image().area()
        : (double) g.batch() * wholeGroups(g.outputs()) * g.outputImage().area();
  }

  private static double kernel(ConvGeometry g) {
    return inGroups(g) * g.kernel().area();
  }
}
