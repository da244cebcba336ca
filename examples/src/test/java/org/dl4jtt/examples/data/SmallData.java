package org.dl4jtt.examples.data;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Cuts a few real images out of the shipped ones. */
public final class SmallData {
  private SmallData() {}

  /** The shipped subset of Fashion-MNIST. */
  public static Path shipped() {
    return Path.of(System.getProperty("dl4jtt.testdata"), "fashion-mnist");
  }

  /** Writes the four idx files with the first images only. */
  public static Path write(Path folder, int training, int test) throws IOException {
    Files.createDirectories(folder);
    cut(folder, "train-images-idx3-ubyte.gz", 16, 784, training);
    cut(folder, "train-labels-idx1-ubyte.gz", 8, 1, training);
    cut(folder, "t10k-images-idx3-ubyte.gz", 16, 784, test);
    cut(folder, "t10k-labels-idx1-ubyte.gz", 8, 1, test);
    return folder;
  }

  private static void cut(Path folder, String name, int header, int item, int count)
      throws IOException {
    byte[] bytes;
    try (InputStream in = new GZIPInputStream(Files.newInputStream(shipped().resolve(name)))) {
      bytes = in.readNBytes(header + item * count);
    }
    write(folder.resolve(name), withCount(bytes, count));
  }

  /** The same bytes with another number of items in their header. */
  static byte[] withCount(byte[] bytes, int count) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DataOutputStream data = new DataOutputStream(out)) {
      data.write(bytes, 0, 4);
      data.writeInt(count);
      data.write(bytes, 8, bytes.length - 8);
    }
    return out.toByteArray();
  }

  static void write(Path file, byte[] bytes) throws IOException {
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(bytes);
    }
  }
}
