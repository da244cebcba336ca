package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Image files, read when they are needed; the folders that they are in may be their classes. */
final class ImageFolder implements Examples {
  private final List<Path> files;
  private final List<String> classes;
  private final List<String> skipped;
  private final InputType.InputTypeConvolutional type;
  private final ImageReader reader;

  private ImageFolder(
      List<Path> files,
      List<String> classes,
      List<String> skipped,
      InputType.InputTypeConvolutional type,
      ImageReader reader) {
    this.files = files;
    this.classes = classes;
    this.skipped = skipped;
    this.type = type;
    this.reader = reader;
  }

  /**
   * What is wanted of images.
   *
   * @param height 0 for the height and width of the first image
   * @param rgb red first; blue first, as DL4J has it, if not
   * @param skipShare how many of them may be unreadable: these are left out
   */
  record Wanted(long height, long width, long channels, boolean rgb, double skipShare) {}

  /**
   * Images that are brought to one size.
   *
   * @param classes the folders' names; empty if there are none
   */
  static ImageFolder read(List<Path> files, List<String> classes, Wanted wanted)
      throws IOException {
    List<Path> readable = new ArrayList<>(files);
    List<String> skipped = new ArrayList<>();
    if (wanted.skipShare > 0) {
      skip(readable, skipped, wanted.skipShare);
    }
    long height = wanted.height;
    long width = wanted.width;
    if (height == 0) {
      INDArray first = ImageReader.asTheyAre().read(readable.get(0));
      height = first.size(2);
      width = first.size(3);
    }
    return new ImageFolder(
        readable,
        classes,
        skipped,
        (InputType.InputTypeConvolutional) InputType.convolutional(height, width, wanted.channels),
        ImageReader.sized(height, width, wanted.channels, wanted.rgb));
  }

  private static void skip(List<Path> files, List<String> skipped, double share) {
    int all = files.size();
    ImageReader reader = ImageReader.asTheyAre();
    files.removeIf(
        file -> {
          try {
            reader.read(file);
            return false;
          } catch (IOException e) {
            skipped.add(file.toString());
            return true;
          }
        });
    argument(
        skipped.size() <= share * all && !files.isEmpty(),
        "%d of %d images cannot be read, --skip-unreadable %s allows %d: %s",
        skipped.size(),
        all,
        String.format(Locale.ROOT, "%s", share),
        (int) (share * all),
        String.join(", ", skipped));
  }

  @Override
  public int count() {
    return files.size();
  }

  @Override
  public InputType type() {
    return type;
  }

  @Override
  public LabelKind labelKind() {
    return classes.isEmpty() ? LabelKind.NONE : LabelKind.NAMES;
  }

  @Override
  public List<String> labels() {
    return classes;
  }

  @Override
  public String name(int index) {
    return files.get(index).toString();
  }

  @Override
  public List<String> skipped() {
    return skipped;
  }

  @Override
  public synchronized Batch batch(int[] indices) throws IOException {
    INDArray x = Nd4j.create(indices.length, type.getChannels(), type.getHeight(), type.getWidth());
    List<String[]> y = new ArrayList<>();
    for (int row = 0; row < indices.length; row++) {
      Path file = files.get(indices[row]);
      INDArray image = reader.read(file);
      if (image.rank() != 4 || image.size(0) != 1) {
        throw new IOException(file + " has several pages");
      }
      x.get(NDArrayIndex.interval(row, row + 1)).assign(image);
      if (!classes.isEmpty()) {
        y.add(new String[] {Labels.ofFolder(file)});
      }
    }
    return new Batch(x, y, List.of());
  }
}
