package org.dl4jtt.compress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.surgery.ModelFiles;
import org.jspecify.annotations.Nullable;

/** The files of a run. */
final class RunFolder {
  private final Path folder;

  private RunFolder(Path folder) {
    this.folder = folder;
  }

  static RunFolder create(Path folder) throws IOException {
    return new RunFolder(Files.createDirectories(folder));
  }

  /** Writes the small network and its dense form, with what the source zip holds beside a model. */
  void writeResults(Model small, @Nullable Path source) throws IOException {
    write(small, "small.zip", source);
    write(Networks.toDense(small), "dense.zip", source);
  }

  private void write(Model network, String name, @Nullable Path source) throws IOException {
    if (source == null) {
      ModelFiles.write(network, folder.resolve(name));
    } else {
      ModelFiles.write(network, folder.resolve(name), source);
    }
  }
}
