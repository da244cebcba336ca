package org.dl4jtt.tool.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.dl4jtt.internal.Check;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Grey images with labels, kept as bytes; batches are [n, 1, height, width] in 0 … 1 (byte / 255)
 * with one-hot labels [n, {@value #CLASSES}].
 */
public final class ImageSet {
  /** The classes of MNIST, Fashion-MNIST and their like. */
  public static final int CLASSES = 10;

  private final IdxFile images;
  private final IdxFile labels;
  private final int count;

  private ImageSet(IdxFile images, IdxFile labels, int count) {
    this.images = images;
    this.labels = labels;
    this.count = count;
  }

  /** The training images of a folder with the four idx files, gzipped or not. */
  public static ImageSet training(Path folder) throws IOException {
    return read(folder, "train");
  }

  /** The test images of a folder with the four idx files, gzipped or not. */
  public static ImageSet test(Path folder) throws IOException {
    return read(folder, "t10k");
  }

  private static ImageSet read(Path folder, String part) throws IOException {
    Path imagePath = find(folder, part + "-images-idx3-ubyte");
    Path labelPath = find(folder, part + "-labels-idx1-ubyte");
    IdxFile images = IdxFile.read(imagePath, 3);
    IdxFile labels = IdxFile.read(labelPath, 1);
    if (images.count() != labels.count()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s holds %d images but %s holds %d labels",
              imagePath,
              images.count(),
              labelPath,
              labels.count()));
    }
    for (int i = 0; i < labels.count(); i++) {
      if (labels.get(i) >= CLASSES) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s: label %d of item %d; labels are 0 to %d",
                labelPath,
                labels.get(i),
                i,
                CLASSES - 1));
      }
    }
    return new ImageSet(images, labels, images.count());
  }

  private static Path find(Path folder, String name) throws IOException {
    for (String suffix : List.of(".gz", "")) {
      Path path = folder.resolve(name + suffix);
      if (Files.isRegularFile(path)) {
        return path;
      }
    }
    throw new NoSuchFileException(
        folder.toString(),
        null,
        "no "
            + name
            + "[.gz] in it; Debian's package dataset-fashion-mnist installs the files in"
            + " /usr/share/datasets/fashion-mnist");
  }

  /** The number of images. */
  public int count() {
    return count;
  }

  /** Rows of an image. */
  public int height() {
    return images.shape()[1];
  }

  /** Columns of an image. */
  public int width() {
    return images.shape()[2];
  }

  /** The first {@code n} images, or all of them if there are fewer. */
  public ImageSet first(int n) {
    Check.argument(n >= 1, "a set of %d images; give 1 or more", n);
    return new ImageSet(images, labels, Math.min(n, count));
  }

  /** Batches in the order of the file. */
  public DataSetIterator batches(int size) {
    return batches(IntStream.range(0, count).boxed().collect(Collectors.toList()), size);
  }

  /** Batches in an order that depends on nothing but {@code seed} and {@code epoch}. */
  public DataSetIterator shuffled(int size, long seed, int epoch) {
    List<Integer> order = IntStream.range(0, count).boxed().collect(Collectors.toList());
    Collections.shuffle(order, new Random(31 * seed + epoch));
    return batches(order, size);
  }

  /** The same of every {@code workers}-th image, from number {@code worker} on. */
  public DataSetIterator shuffled(int size, long seed, int epoch, int worker, int workers) {
    List<Integer> order =
        IntStream.range(0, count)
            .filter(item -> item % workers == worker)
            .boxed()
            .collect(Collectors.toList());
    Collections.shuffle(order, new Random(31 * seed + epoch));
    return batches(order, size);
  }

  private DataSetIterator batches(List<Integer> order, int size) {
    Iterable<DataSet> batches =
        () ->
            IntStream.range(0, (order.size() + size - 1) / size)
                .mapToObj(
                    i -> batch(order.subList(i * size, Math.min(order.size(), (i + 1) * size))))
                .iterator();
    return new ExistingDataSetIterator(batches);
  }

  /** The images themselves, [n, 1, height, width]. */
  public INDArray images() {
    return batch(IntStream.range(0, count).boxed().collect(Collectors.toList())).getFeatures();
  }

  private DataSet batch(List<Integer> indices) {
    int pixels = height() * width();
    float[] x = new float[indices.size() * pixels];
    float[] y = new float[indices.size() * CLASSES];
    int row = 0;
    for (Iterator<Integer> it = indices.iterator(); it.hasNext(); row++) {
      int item = it.next();
      for (int p = 0; p < pixels; p++) {
        x[row * pixels + p] = images.get(item * pixels + p) / 255f;
      }
      y[row * CLASSES + labels.get(item)] = 1;
    }
    long n = indices.size();
    return new DataSet(
        Nd4j.create(x, new long[] {n, 1, height(), width()}, 'c'),
        Nd4j.create(y, new long[] {n, CLASSES}, 'c'));
  }
}
