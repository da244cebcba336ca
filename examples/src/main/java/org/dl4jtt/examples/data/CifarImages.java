package org.dl4jtt.examples.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Colour images of 32x32 from folders that are named like their class; batches are [n, 3, 32, 32],
 * scaled by the mean and deviation of ImageNet's channels as the trained weights expect.
 */
public final class CifarImages {
  private static final int SIDE = 32;
  private static final int PIXELS = SIDE * SIDE;
  private static final int CLASSES = 10;
  private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
  private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

  private static final class Image {
    private final byte[] channels;
    private final int label;

    Image(byte[] channels, int label) {
      this.channels = channels;
      this.label = label;
    }
  }

  private final List<Image> images;

  private CifarImages(List<Image> images) {
    this.images = images;
  }

  /**
   * Reads {@code folder/CLASS/*}; classes are numbered in the order of their names.
   *
   * @param limit images at most, as many of each class
   * @throws IOException if there are not ten classes, or an image cannot be read
   */
  public static CifarImages read(Path folder, int limit) throws IOException {
    List<Path> classes = list(folder);
    if (classes.size() != CLASSES) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s holds %d folders; CIFAR-10 has one for each of its %d classes",
              folder,
              classes.size(),
              CLASSES));
    }
    List<Image> images = new ArrayList<>();
    for (int label = 0; label < CLASSES; label++) {
      List<Path> files = list(classes.get(label));
      for (Path file : files.subList(0, Math.min(files.size(), (limit + CLASSES - 1) / CLASSES))) {
        images.add(new Image(channels(file), label));
      }
    }
    return new CifarImages(List.copyOf(images));
  }

  private static List<Path> list(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(
          folder.toString(),
          null,
          "no such folder; CIFAR-10 as images: train/CLASS/*, test/CLASS/*");
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static byte[] channels(Path file) throws IOException {
    BufferedImage image = ImageIO.read(file.toFile());
    if (image == null || image.getWidth() != SIDE || image.getHeight() != SIDE) {
      throw new IOException(file + " is not an image of 32x32");
    }
    byte[] channels = new byte[3 * PIXELS];
    for (int p = 0; p < PIXELS; p++) {
      int rgb = image.getRGB(p % SIDE, p / SIDE);
      channels[p] = (byte) (rgb >> 16);
      channels[PIXELS + p] = (byte) (rgb >> 8);
      channels[2 * PIXELS + p] = (byte) rgb;
    }
    return channels;
  }

  /** The number of images. */
  public int count() {
    return images.size();
  }

  /** Batches in the order of the files. */
  public DataSetIterator batches(int size) {
    return iterator(images, size, null);
  }

  /**
   * Batches in an order that depends on nothing but {@code seed} and {@code epoch}, each image
   * shifted by up to four pixels and mirrored at random (He et al. 2016, §4.2).
   */
  public DataSetIterator augmented(int size, long seed, int epoch) {
    Random random = new Random(31 * seed + epoch);
    List<Image> order = new ArrayList<>(images);
    Collections.shuffle(order, random);
    return iterator(order, size, random);
  }

  private static DataSetIterator iterator(
      List<Image> order, int size, @Nullable Random augmentation) {
    List<List<Image>> parts = new ArrayList<>();
    for (int start = 0; start < order.size(); start += size) {
      parts.add(order.subList(start, Math.min(order.size(), start + size)));
    }
    Iterable<DataSet> batches =
        () -> parts.stream().map(part -> dataSet(part, augmentation)).iterator();
    return new ExistingDataSetIterator(batches);
  }

  private static DataSet dataSet(List<Image> part, @Nullable Random augmentation) {
    float[] x = new float[part.size() * 3 * PIXELS];
    float[] y = new float[part.size() * CLASSES];
    for (int n = 0; n < part.size(); n++) {
      int shiftRows = augmentation == null ? 0 : augmentation.nextInt(9) - 4;
      int shiftColumns = augmentation == null ? 0 : augmentation.nextInt(9) - 4;
      boolean mirrored = augmentation != null && augmentation.nextBoolean();
      byte[] channels = part.get(n).channels;
      for (int row = 0; row < SIDE; row++) {
        for (int column = 0; column < SIDE; column++) {
          int fromRow = row + shiftRows;
          int fromColumn = (mirrored ? SIDE - 1 - column : column) + shiftColumns;
          boolean inside = fromRow >= 0 && fromRow < SIDE && fromColumn >= 0 && fromColumn < SIDE;
          for (int c = 0; c < 3 && inside; c++) {
            float value = (channels[c * PIXELS + fromRow * SIDE + fromColumn] & 0xff) / 255f;
            x[(n * 3 + c) * PIXELS + row * SIDE + column] = (value - MEAN[c]) / DEVIATION[c];
          }
        }
      }
      y[n * CLASSES + part.get(n).label] = 1;
    }
    return new DataSet(
        Nd4j.create(x, new long[] {part.size(), 3, SIDE, SIDE}, 'c'),
        Nd4j.create(y, new long[] {part.size(), CLASSES}, 'c'));
  }
}
