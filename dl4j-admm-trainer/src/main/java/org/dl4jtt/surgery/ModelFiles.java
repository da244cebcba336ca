package org.dl4jtt.surgery;

import static org.dl4jtt.internal.Check.argument;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Model zips of either kind. A file appears under its name when it is whole: it is written beside
 * and renamed.
 */
public final class ModelFiles {
  private static final Set<String> OF_THE_MODEL =
      Set.of(
          ModelSerializer.CONFIGURATION_JSON,
          ModelSerializer.COEFFICIENTS_BIN,
          ModelSerializer.UPDATER_BIN,
          ModelSerializer.NO_PARAMS_MARKER);

  private ModelFiles() {}

  /**
   * A MultiLayerNetwork or a ComputationGraph, whichever the file holds, with its updater state.
   *
   * @throws IOException if the file cannot be read or is no model of DL4J
   */
  public static Model read(Path file) throws IOException {
    boolean graph = holdsGraph(file);
    try {
      return graph
          ? ModelSerializer.restoreComputationGraph(file.toFile(), true)
          : ModelSerializer.restoreMultiLayerNetwork(file.toFile(), true);
    } catch (IOException | RuntimeException e) {
      throw new IOException(file + " holds a model that cannot be restored: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a model with its updater state.
   *
   * @throws IOException if the file cannot be written; what stood there before is unchanged then
   */
  public static void write(Model model, Path file) throws IOException {
    replace(file, beside -> writeModel(model, beside));
  }

  /**
   * Writes a model, and with it what another zip holds beside its model: a normalizer, a
   * preprocessor, objects of the user's.
   *
   * @param source a model zip, only read; it may be the file that is written
   * @throws IOException if the source is no model of DL4J, or the file cannot be written; what
   *     stood there before is unchanged then
   */
  public static void write(Model model, Path file, Path source) throws IOException {
    holdsGraph(source);
    replace(
        file,
        beside -> {
          writeModel(model, beside);
          copyOthers(source, beside);
        });
  }

  @FunctionalInterface
  private interface Writer {
    void write(Path file) throws IOException;
  }

  private static void replace(Path file, Writer writer) throws IOException {
    Path target = file.toAbsolutePath();
    Path folder = target.getParent();
    argument(folder != null, "%s is no file name", file);
    Path beside = Files.createTempFile(folder, target.getFileName() + ".", ".part");
    try {
      writer.write(beside);
      Files.move(
          beside, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static void writeModel(Model model, Path file) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      ModelSerializer.writeModel(model, out, true);
    }
  }

  private static void copyOthers(Path source, Path target) throws IOException {
    try (ZipFile zip = new ZipFile(source.toFile());
        FileSystem out = FileSystems.newFileSystem(target)) {
      for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
        ZipEntry entry = entries.nextElement();
        if (entry.isDirectory() || OF_THE_MODEL.contains(entry.getName())) {
          continue;
        }
        Path path = out.getPath("/").resolve(entry.getName()).normalize();
        if (path.getParent() != null) {
          Files.createDirectories(path.getParent());
        }
        try (InputStream in = zip.getInputStream(entry)) {
          Files.copy(in, path, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  /** True for a graph, false for a MultiLayerNetwork. */
  private static boolean holdsGraph(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is not there, or is not a file");
    }
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(ModelSerializer.CONFIGURATION_JSON);
      if (entry == null) {
        throw new IOException(
            file + " is a zip, but no model of DL4J: it has no configuration.json");
      }
      try (InputStream in = zip.getInputStream(entry)) {
        JsonNode root = new ObjectMapper().readTree(in);
        return root.has("vertices");
      }
    } catch (ZipException e) {
      throw new IOException(
          file + " is no model of DL4J: it is not a zip, or was cut short (" + e.getMessage() + ")",
          e);
    }
  }
}
