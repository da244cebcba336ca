package org.dl4jtt.tool.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.factory.Nd4j;

/** Grey images with labels in two idx files, as MNIST has them. */
final class IdxExamples implements Examples {
  private final IdxFile images;
  private final IdxFile labels;

  private IdxExamples(IdxFile images, IdxFile labels) {
    this.images = images;
    this.labels = labels;
  }

  /** The images of a file such as train-images-idx3-ubyte.gz; its labels are beside it. */
  static IdxExamples read(Path imageFile) throws IOException {
    String name = String.valueOf(imageFile.getFileName());
    Path labelFile =
        imageFile.resolveSibling(name.replace("images", "labels").replace("idx3", "idx1"));
    if (labelFile.equals(imageFile) || !Files.isRegularFile(labelFile)) {
      throw new IOException(
          imageFile
              + ": its labels are not beside it; NAME-images-idx3-ubyte needs"
              + " NAME-labels-idx1-ubyte");
    }
    IdxFile images = IdxFile.read(imageFile, 3);
    IdxFile labels = IdxFile.read(labelFile, 1);
    if (images.count() != labels.count()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s holds %d images but %s holds %d labels",
              imageFile,
              images.count(),
              labelFile,
              labels.count()));
    }
    return new IdxExamples(images, labels);
  }

  @Override
  public int count() {
    return images.count();
  }

  @Override
  public InputType type() {
    return InputType.convolutional(images.shape()[1], images.shape()[2], 1);
  }

  @Override
  public LabelKind labelKind() {
    return LabelKind.NAMES;
  }

  @Override
  public List<String> labels() {
    return IntStream.range(0, labels.count())
        .map(labels::get)
        .distinct()
        .mapToObj(String::valueOf)
        .toList();
  }

  @Override
  public String name(int index) {
    return "image " + index;
  }

  @Override
  public Batch batch(int[] indices) {
    int[] shape = images.shape();
    int pixels = shape[1] * shape[2];
    float[] x = new float[indices.length * pixels];
    List<String[]> y = new ArrayList<>();
    for (int row = 0; row < indices.length; row++) {
      for (int p = 0; p < pixels; p++) {
        x[row * pixels + p] = images.get(indices[row] * pixels + p);
      }
      y.add(new String[] {String.valueOf(labels.get(indices[row]))});
    }
    return new Batch(
        Nd4j.create(x, new long[] {indices.length, 1, shape[1], shape[2]}, 'c'), y, List.of());
  }
}
