package org.dl4jtt.internal.onednn;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Images [N, C, H, W] without gaps in memory, channels first or last. */
public final class Images {
  private Images() {}

  /** True if channels come first in memory: 'c' order. */
  public static boolean isChannelsFirst(INDArray images) {
    return Arrays.equals(images.stride(), Nd4j.getStrides(images.shape(), 'c'));
  }

  /** True if channels come last in memory. */
  public static boolean isChannelsLast(INDArray images) {
    return images.rank() == 4 && isChannelsFirst(toNhwc(images));
  }

  /** The shape [N, H, W, C] of images [N, C, H, W], on the same memory. */
  public static INDArray toNhwc(INDArray images) {
    return images.permute(0, 2, 3, 1);
  }

  /** The shape [N, C, H, W] of images [N, H, W, C], on the same memory. */
  public static INDArray toNchw(INDArray images) {
    return images.permute(0, 3, 1, 2);
  }

  /**
   * All numbers in the order in which they lie, on the same memory: ND4J's operations take 50 times
   * as long on an array that is not in 'c' order.
   *
   * @param images channels first or last, without gaps
   */
  public static INDArray flat(INDArray images) {
    INDArray ordered = isChannelsFirst(images) ? images : toNhwc(images);
    return ordered.reshape('c', new long[] {images.length()});
  }
}
