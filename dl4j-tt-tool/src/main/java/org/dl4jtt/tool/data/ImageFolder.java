package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.datavec.image.loader.NativeImageLoader;
import org.datavec.image.transform.ColorConversionTransform;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Images in folders that are named for their classes; read when they are needed. */
final class ImageFolder implements Examples {
  private final List<Path> files;
  private final Classes classes;
  private final long height;
  private final long width;
  private final long channels;
  private final NativeImageLoader loader;

  /**
   * Images of one size.
   *
   * @param rgb red first; blue first, as DL4J has it, if not
   */
  private ImageFolder(List<Path> files, long height, long width, long channels, boolean rgb) {
    this.files = files;
    this.classes =
        new Classes(files.stream().map(Labels::ofFolder).distinct().sorted().toList(), false);
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.loader =
        rgb && channels == 3
            ? new NativeImageLoader(
                height, width, channels, new ColorConversionTransform(opencv_imgproc.COLOR_BGR2RGB))
            : new NativeImageLoader(height, width, channels);
  }

  /**
   * Images that are brought to one size.
   *
   * @param height 0 for the height and width of the first image
   */
  static ImageFolder read(List<Path> files, long height, long width, long channels, boolean rgb)
      throws IOException {
    if (height > 0) {
      return new ImageFolder(files, height, width, channels, rgb);
    }
    Path first = files.get(0);
    INDArray image = load(new NativeImageLoader(), first);
    return new ImageFolder(files, image.size(2), image.size(3), channels, rgb);
  }

  @Override
  public int count() {
    return files.size();
  }

  @Override
  public InputType type() {
    return InputType.convolutional(height, width, channels);
  }

  @Override
  public Classes classes() {
    return classes;
  }

  @Override
  public synchronized Batch batch(int[] indices) throws IOException {
    INDArray x = Nd4j.create(indices.length, channels, height, width);
    List<int[]> y = new ArrayList<>();
    for (int row = 0; row < indices.length; row++) {
      Path file = files.get(indices[row]);
      x.get(NDArrayIndex.interval(row, row + 1)).assign(load(loader, file));
      y.add(new int[] {classes.indexOf(Labels.ofFolder(file))});
    }
    return new Batch(x, y);
  }

  private static INDArray load(NativeImageLoader loader, Path file) throws IOException {
    try {
      INDArray image = loader.asMatrix(file.toFile());
      argument(image.rank() == 4 && image.size(0) == 1, "%s has several pages", file);
      return image;
    } catch (IOException | RuntimeException e) {
      throw new IOException(file + " is no image that can be read: " + e.getMessage(), e);
    }
  }
}
