package org.dl4jtt.surgery;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
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
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** A model zip that is read. */
final class ModelZip implements Closeable {
  private static final Set<String> OF_THE_MODEL =
      Set.of(
          ModelSerializer.CONFIGURATION_JSON,
          ModelSerializer.COEFFICIENTS_BIN,
          ModelSerializer.UPDATER_BIN,
          ModelSerializer.NO_PARAMS_MARKER);

  private final Path file;
  private final ZipFile zip;

  private ModelZip(Path file, ZipFile zip) {
    this.file = file;
    this.zip = zip;
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

  /** True for a graph, false for a MultiLayerNetwork. */
  boolean holdsGraph() throws IOException {
    try (InputStream in = zip.getInputStream(zip.getEntry(ModelSerializer.CONFIGURATION_JSON))) {
      JsonNode root = new ObjectMapper().readTree(in);
      return root.has("vertices");
    } catch (IOException e) {
      throw new IOException(file + ": its configuration.json cannot be read: " + e.getMessage(), e);
    }
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
