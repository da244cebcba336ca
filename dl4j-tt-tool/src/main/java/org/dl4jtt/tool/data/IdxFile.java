package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.argument;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.dl4jtt.internal.files.WholeFile;

/**
 * The idx format of the MNIST family, unsigned bytes only, gzipped or not.
 *
 * <pre>
 *   00 00 08 d        magic number: 08 for unsigned bytes, d dimensions
 *   d × int           big-endian sizes, the first one is the number of items
 *   bytes             the last dimension varies fastest
 * </pre>
 */
public final class IdxFile {
  private static final int UNSIGNED_BYTES = 0x00000800;
  private static final long MAX_BYTES = Integer.MAX_VALUE - 8;
  private static final int SMALL = 1 << 24;
  private static final int MOST_OF_A_BYTE = 100;

  private final int[] shape;
  private final byte[] data;

  private IdxFile(int[] shape, byte[] data) {
    this.shape = shape;
    this.data = data;
  }

  /**
   * Reads a whole file.
   *
   * @param dimensions 1 for labels, 3 for images
   * @throws IOException if the file is not an idx file of so many dimensions, or is truncated, or
   *     goes on after its last item
   */
  public static IdxFile read(Path path, int dimensions) throws IOException {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(path));
        DataInputStream in = new DataInputStream(isGzip(path) ? new GZIPInputStream(raw) : raw)) {
      int[] shape = readHeader(in, path, dimensions);
      byte[] data = readBody(in, path, shape);
      return new IdxFile(shape, data);
    } catch (EOFException e) {
      throw new IOException(path + " is truncated: it ends before its last item", e);
    } catch (ZipException e) {
      throw new IOException(path + " is damaged: " + e.getMessage(), e);
    }
  }

  /**
   * Writes the first items of a file as a file of its own, gzipped if its name ends in {@code .gz}.
   *
   * @param dimensions as in {@link #read}
   * @throws IllegalArgumentException if there are fewer items
   */
  public static void cut(Path from, int dimensions, int items, Path to) throws IOException {
    IdxFile whole = read(from, dimensions);
    argument(items <= whole.count(), "%s holds %d items, not %d", from, whole.count(), items);
    WholeFile.write(
        to,
        raw -> {
          OutputStream bytes = isGzip(to) ? new GZIPOutputStream(raw) : raw;
          DataOutputStream out = new DataOutputStream(bytes);
          out.writeInt(UNSIGNED_BYTES | dimensions);
          out.writeInt(items);
          for (int i = 1; i < dimensions; i++) {
            out.writeInt(whole.shape[i]);
          }
          out.write(whole.data, 0, items * (whole.data.length / whole.count()));
          out.close(); // ends the gzip
        });
  }

  private static boolean isGzip(Path path) {
    return path.toString().endsWith(".gz");
  }

  private static int[] readHeader(DataInputStream in, Path path, int dimensions)
      throws IOException {
    int magic = in.readInt();
    int expected = UNSIGNED_BYTES | dimensions;
    if (magic != expected) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s has magic number 0x%08x; an idx file of bytes with %d dimension(s) has 0x%08x",
              path,
              magic,
              dimensions,
              expected));
    }
    int[] shape = new int[dimensions];
    long bytes = 1;
    for (int i = 0; i < dimensions; i++) {
      shape[i] = in.readInt();
      if (shape[i] < 1 || bytes * shape[i] > MAX_BYTES) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s claims a size of %d for dimension %d of %d",
                path,
                shape[i],
                i + 1,
                dimensions));
      }
      bytes *= shape[i];
    }
    return shape;
  }

  private static byte[] readBody(DataInputStream in, Path path, int[] shape) throws IOException {
    int expected = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    checkFits(path, expected);
    byte[] data = in.readNBytes(expected); // grows as it reads: a false header costs no memory
    if (data.length < expected) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s is truncated: %d items of %d need %d bytes, it has %d",
              path,
              shape[0],
              expected / shape[0],
              expected,
              data.length));
    }
    if (in.read() >= 0) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s goes on after its %d items; it is not the file expected",
              path,
              shape[0]));
    }
    return data;
  }

  /** Images pack to a tenth, labels to a hundredth: what unpacks to more is made to fill memory. */
  private static void checkFits(Path path, int bytes) throws IOException {
    long file = Files.size(path);
    if (bytes > SMALL && bytes / MOST_OF_A_BYTE > file) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s has %,d bytes and claims to unpack to %,d; unpack it yourself, if that is so",
              path,
              file,
              bytes));
    }
    long memory = Runtime.getRuntime().maxMemory();
    if (bytes > memory / 2) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s holds %,d bytes, too many for a JVM of %,d; give it more by java -Xmx8g",
              path,
              bytes,
              memory));
    }
  }

  /** The sizes of all dimensions. */
  public int[] shape() {
    return shape.clone();
  }

  /** The number of items. */
  public int count() {
    return shape[0];
  }

  /** Byte {@code index}, 0 to 255. */
  public int get(int index) {
    return data[index] & 0xff;
  }
}
