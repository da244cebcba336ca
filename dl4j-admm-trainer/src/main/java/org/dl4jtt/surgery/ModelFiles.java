package org.dl4jtt.surgery;

import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.internal.files.WholeFile;

/** Model zips of either kind. A file appears under its name when it is whole and on the disk. */
public final class ModelFiles {
  private ModelFiles() {}

  /**
   * A MultiLayerNetwork or a ComputationGraph, whichever the file holds, with its updater state.
   *
   * @throws IOException if the file cannot be read or is no model of DL4J
   */
  public static Model read(Path file) throws IOException {
    boolean graph;
    try (ModelZip zip = ModelZip.open(file)) {
      graph = zip.holdsGraph();
    }
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
    WholeFile.write(
        file,
        out -> {
          try (ZipOutputStream zip = new ZipOutputStream(out)) {
            ModelEntries.write(model, zip);
          }
        });
  }

  /**
   * Writes a model, and with it what another zip holds beside its model: a normalizer, a
   * preprocessor, objects of the user's.
   *
   * @param source a model zip, only read; it may be the file that is written
   * @throws IOException if the source is no model of DL4J or holds entries that are not what their
   *     names say, or the file cannot be written; what stood there before is unchanged then
   */
  public static void write(Model model, Path file, Path source) throws IOException {
    try (ModelZip others = ModelZip.open(source)) {
      WholeFile.write(
          file,
          out -> {
            try (ZipOutputStream zip = new ZipOutputStream(out)) {
              ModelEntries.write(model, zip);
              others.copyOthers(zip);
            }
          });
    }
  }
}
