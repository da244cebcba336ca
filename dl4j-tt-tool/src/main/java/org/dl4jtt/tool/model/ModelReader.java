package org.dl4jtt.tool.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.surgery.ModelFiles;
import org.dl4jtt.tool.model.LoadedModel.Kind;

/** Reads models: zips of DL4J, and HDF5 files of Keras. */
public final class ModelReader {
  /** The first bytes of every HDF5 file. */
  private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

  private ModelReader() {}

  /**
   * Reads a model of either kind; which one, its first bytes say.
   *
   * @throws IOException naming the file, and why it is no model that can be used
   */
  public static LoadedModel read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "no such model file");
    }
    return isHdf5(file) ? KerasFile.read(file) : zip(file);
  }

  private static boolean isHdf5(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(HDF5.length), HDF5);
    }
  }

  private static LoadedModel zip(Path file) throws IOException {
    Model model;
    try {
      model = ModelFiles.read(file);
    } catch (IOException e) {
      UnknownClasses.explain(file, e);
      throw e;
    }
    return new LoadedModel(
        file, Kind.DL4J_ZIP, model, ModelFiles.normalizer(file), ModelInput.of(model));
  }
}
