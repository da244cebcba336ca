package org.dl4jtt.tool.data;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.javacv.Frame;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.datavec.image.data.ImageWritable;
import org.datavec.image.loader.NativeImageLoader;
import org.datavec.image.transform.ColorConversionTransform;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads images into numbers from 0 to 255, whatever their depth. */
final class ImageReader {
  private static final double OF_16_BITS = 255.0 / 65_535;

  private final NativeImageLoader loader;

  private ImageReader(NativeImageLoader loader) {
    this.loader = loader;
  }

  /** Images as they are. */
  static ImageReader asTheyAre() {
    return new ImageReader(new NativeImageLoader());
  }

  /**
   * Images brought to one size.
   *
   * @param rgb red first; blue first, as DL4J has it, if not
   */
  static ImageReader sized(long height, long width, long channels, boolean rgb) {
    return new ImageReader(
        rgb && channels == 3
            ? new NativeImageLoader(
                height, width, channels, new ColorConversionTransform(opencv_imgproc.COLOR_BGR2RGB))
            : new NativeImageLoader(height, width, channels));
  }

  /**
   * Reads an image.
   *
   * @return [1, channels, height, width]
   * @throws IOException naming the file that is no image
   */
  INDArray read(Path file) throws IOException {
    try {
      ImageWritable image = loader.asWritable(file.toFile());
      int depth = image.getFrame().imageDepth;
      if (depth != Frame.DEPTH_UBYTE && depth != Frame.DEPTH_USHORT) {
        throw new IOException("its channels have neither 8 nor 16 bits; convert it");
      }
      INDArray pixels = loader.asMatrix(image);
      return depth == Frame.DEPTH_USHORT ? pixels.muli(OF_16_BITS) : pixels;
    } catch (IOException | RuntimeException e) {
      throw new IOException(file + " is no image that can be read: " + e.getMessage(), e);
    }
  }
}
