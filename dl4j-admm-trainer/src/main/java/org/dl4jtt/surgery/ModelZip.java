package org.dl4jtt.surgery;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.surgery.ModelRestore.HeaderCheck;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A model zip that is read, of which nothing is believed: neither names nor sizes. */
final class ModelZip implements Closeable {
  private static final Set<String> OF_THE_MODEL =
      Set.of(
          ModelSerializer.CONFIGURATION_JSON,
          ModelSerializer.COEFFICIENTS_BIN,
          ModelSerializer.UPDATER_BIN,
          ModelSerializer.NO_PARAMS_MARKER);

  /** The most bytes of an entry that is read whole. */
  private static final int MOST_BYTES = 1 << 26;

  /** Deflate makes no more than so many bytes of one. */
  private static final int MOST_OF_A_BYTE = 1032;

  private final Path file;
  private final ZipFile zip;
  private final long fileBytes;

  private ModelZip(Path file, ZipFile zip) throws IOException {
    this.file = file;
    this.zip = zip;
    fileBytes = Files.size(file);
  }

  /**
   * Opens a zip.
   *
   * @throws IOException naming the file, if it is no model zip, or if an entry is there twice or
   *     has a name that stands for another entry or for a file outside
   */
  static ModelZip open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is not there, or is not a file");
    }
    ZipFile zip;
    try {
      zip = new ZipFile(file.toFile());
    } catch (ZipException e) {
      throw new IOException(
          file + " is no model of DL4J: it is not a zip, or was cut short (" + e.getMessage() + ")",
          e);
    } catch (IllegalArgumentException e) { // names in no encoding
      throw new IOException(file + " is a damaged zip: " + e.getMessage(), e);
    }
    ModelZip opened = new ModelZip(file, zip);
    try {
      opened.checkNames();
      return opened;
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private List<? extends ZipEntry> entries() {
    return zip.stream().toList();
  }

  private void checkNames() throws IOException {
    Set<String> names = new HashSet<>();
    for (ZipEntry entry : entries()) {
      String name = entry.getName();
      if (!isPlain(name)) {
        throw new IOException(
            file
                + " holds an entry \""
                + name
                + "\", which stands for another name; it is refused");
      }
      if (!names.add(name)) {
        throw new IOException(file + " holds the entry \"" + name + "\" twice; it is refused");
      }
    }
    if (!names.contains(ModelSerializer.CONFIGURATION_JSON)) {
      throw new IOException(file + " is a zip, but no model of DL4J: it has no configuration.json");
    }
  }

  /** Relative, with no step that is empty, stays where it is or leads up. */
  private static boolean isPlain(String name) {
    String path = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    return !name.contains("\\")
        && (path.equals(name) || !OF_THE_MODEL.contains(path))
        && Arrays.stream(path.split("/", -1))
            .noneMatch(step -> step.isEmpty() || step.equals(".") || step.equals(".."));
  }

  /** For messages. */
  String where(String name) {
    return file + ": its " + name;
  }

  /** Whether an entry has no bytes, or is not there. */
  boolean isEmpty(String name) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      return true;
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return in.read() < 0;
    }
  }

  /** An entry that is there, whole. */
  byte[] bytes(String name) throws IOException {
    try (InputStream in = zip.getInputStream(zip.getEntry(name))) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new IOException(where(name) + " unpacks to more than " + MOST_BYTES + " bytes");
      }
      return bytes;
    } catch (ZipException | EOFException e) {
      throw cutShort(name, e);
    }
  }

  String text(String name) throws IOException {
    return new String(bytes(name), StandardCharsets.UTF_8);
  }

  /**
   * An array.
   *
   * @throws IOException naming the entry, if it is not there, or not what {@code Nd4j.write}
   *     writes, or is cut short, or goes on after its last number
   */
  INDArray array(String name, HeaderCheck check) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new IOException(file + " holds no " + name);
    }
    try (BufferedInputStream in =
        new BufferedInputStream(zip.getInputStream(entry), ArrayHeader.MOST_BYTES)) {
      in.mark(ArrayHeader.MOST_BYTES);
      ArrayHeader header = ArrayHeader.read(new DataInputStream(in), where(name));
      check.check(header.length(), header.type());
      long unpacked = entry.getSize();
      if (header.bytes() > unpacked || header.bytes() / MOST_OF_A_BYTE > fileBytes) {
        throw new EOFException("too few bytes for " + header.length() + " numbers");
      }
      in.reset();
      INDArray array = Nd4j.read(new DataInputStream(in));
      if (in.read() >= 0) {
        throw new IOException(where(name) + " goes on after its last number");
      }
      return array;
    } catch (EOFException | ZipException e) {
      throw cutShort(name, e);
    } catch (RuntimeException e) {
      for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
        if (cause instanceof IOException damage) { // ND4J wraps it, once or twice
          throw cutShort(name, damage);
        }
      }
      throw e;
    }
  }

  private IOException cutShort(String name, IOException e) {
    String reason = e.getMessage() == null ? "it ends too early" : e.getMessage();
    return new IOException(where(name) + " was cut short or is damaged: " + reason, e);
  }

  /** Copies what does not belong to the model. */
  void copyOthers(ZipOutputStream out) throws IOException {
    for (ZipEntry entry : entries()) {
      if (!entry.isDirectory() && !OF_THE_MODEL.contains(entry.getName())) {
        out.putNextEntry(new ZipEntry(entry.getName()));
        try (InputStream in = zip.getInputStream(entry)) {
          in.transferTo(out);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
