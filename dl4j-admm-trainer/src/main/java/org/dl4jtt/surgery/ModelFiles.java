package org.dl4jtt.surgery;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.internal.files.WholeFile;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;

/** Model zips of either kind. A file appears under its name when it is whole and on the disk. */
public final class ModelFiles {
  private ModelFiles() {}

  /**
   * A MultiLayerNetwork or a ComputationGraph, whichever the file holds, with its updater state.
   * Nothing else of the zip is read. The configuration's classes are loaded as by DL4J, unless
   * {@code -Dorg.dl4jtt.trust} says which may be.
   *
   * @throws IOException naming the file, if it cannot be read or is no model of DL4J
   */
  public static Model read(Path file) throws IOException {
    try (ModelZip zip = ModelZip.open(file)) {
      return new ModelRestore(zip).restore();
    } catch (IOException e) {
      throw named(file, " cannot be read: ", e);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      throw named(file, " holds a model that cannot be restored: ", e);
    } catch (OutOfMemoryError e) {
      throw new IOException(
          file + " holds a model that needs more memory than this JVM has: " + e.getMessage(), e);
    }
  }

  /**
   * The normalizer that a zip holds beside its model.
   *
   * @return none if the zip has none
   * @throws IOException naming the file, if it is no model of DL4J, or the normalizer is damaged or
   *     of a type of your own
   */
  public static Optional<DataNormalization> normalizer(Path file) throws IOException {
    String name = ModelSerializer.NORMALIZER_BIN;
    try (ModelZip zip = ModelZip.open(file)) {
      return zip.isEmpty(name)
          ? Optional.empty()
          : Optional.of(NormalizerEntry.read(zip.bytes(name), zip.where(name)));
    } catch (IOException e) {
      throw named(file, " cannot be read: ", e);
    } catch (RuntimeException e) {
      throw named(file, " holds a normalizer that cannot be restored: ", e);
    }
  }

  /** An error that names the file, whether its cause does or not. */
  private static IOException named(Path file, String what, Throwable e) {
    String reason = reason(e);
    if (!reason.startsWith(file.toString())) {
      return new IOException(file + what + reason, e);
    }
    return e instanceof IOException already ? already : new IOException(reason, e);
  }

  /** The first message on the way to the cause. */
  private static String reason(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t.getMessage() != null) {
        return t.getMessage();
      }
    }
    return e.getClass().getSimpleName();
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
