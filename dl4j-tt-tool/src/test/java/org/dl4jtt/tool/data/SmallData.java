package org.dl4jtt.tool.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
    for (String name : new String[] {"images-idx3", "labels-idx1"}) {
      int dimensions = name.charAt(name.length() - 1) - '0';
      cut("train-" + name + "-ubyte.gz", dimensions, training, folder);
      cut("t10k-" + name + "-ubyte.gz", dimensions, test, folder);
    }
    return folder;
  }

  private static void cut(String name, int dimensions, int items, Path folder) throws IOException {
    IdxFile.cut(shipped().resolve(name), dimensions, items, folder.resolve(name));
  }

  static void write(Path file, byte[] bytes) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(bytes);
    }
  }
}
