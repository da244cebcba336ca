package org.dl4jtt.compress;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.internal.files.Parts;
import org.dl4jtt.internal.files.WholeFile;
import org.dl4jtt.internal.files.WholeFolder;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.ModelFiles;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a run:
 *
 * <pre>
 *   plan.json, settings.json, source.zip    what it does, and to which network
 *   checkpoints/NUMBER                      see {@link Checkpoint}
 *   history.csv                             of ADMM, anew after every constrained epoch
 *   small.zip, dense.zip, report.json       what came of it
 * </pre>
 */
final class RunFolder {
  private static final String PLAN = "plan.json";
  private static final String SETTINGS = "settings.json";
  private static final String SOURCE = "source.zip";
  private static final String CHECKPOINTS = "checkpoints";
  private static final String HISTORY = "history.csv";
  private static final String SMALL = "small.zip";
  private static final String DENSE = "dense.zip";
  private static final String REPORT = "report.json";
  private static final int FORMAT = 1;

  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);

  private final Path folder;

  RunFolder(Path folder) {
    this.folder = folder;
  }

  /** What is done in a folder. */
  interface Work<T> {
    T run() throws IOException;
  }

  /** Makes the folder if it is not there, and works in it while no other run does. */
  <T> T locked(Work<T> work) throws IOException {
    RunLock lock;
    try {
      WholeFolder.create(folder);
      lock = RunLock.of(folder);
    } catch (FileSystemException e) {
      throw new IOException(
          folder + " cannot be written to (" + e + "); choose another folder for the run", e);
    }
    try {
      return work.run();
    } finally {
      lock.close();
    }
  }

  // ---- the beginning ----

  /**
   * Writes what the run begins with. The settings come last: a folder with settings holds a run.
   *
   * @param source zip whose other entries go into source.zip, too
   */
  void create(CompressionPlan plan, RunOptions options, Model network, @Nullable Path source)
      throws IOException {
    checkFree();
    WholeFile.write(folder.resolve(PLAN), plan.toJson());
    write(network, SOURCE, source);
    Json.write(
        folder.resolve(SETTINGS), Json.object().put("format", FORMAT).setAll(options.toJson()));
  }

  private void checkFree() throws IOException {
    if (Files.exists(folder.resolve(SETTINGS))) {
      throw new IOException(
          folder + " holds a run; go on with Compressor.resume(folder), or choose a new folder");
    }
    Set<String> ours = Set.of(RunLock.FILE, PLAN, SOURCE); // of a run killed at its beginning
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> others =
          all.filter(path -> !ours.contains(path.getFileName().toString()) && !Parts.isOne(path))
              .toList();
      if (!others.isEmpty()) {
        throw new IOException(
            folder + " is not empty: it holds " + others.get(0) + "; choose a new folder");
      }
    }
  }

  /**
   * Checks that there is a run.
   *
   * @throws IOException if there is none
   */
  void checkRun() throws IOException {
    if (!Files.isRegularFile(folder.resolve(SETTINGS))) {
      throw new IOException(
          folder
              + " holds no run: there is no "
              + SETTINGS
              + " in it; begin one with Compressor.of(network, plan).folder(folder)");
    }
  }

  CompressionPlan plan() throws IOException {
    return CompressionPlan.fromJson(Files.readString(folder.resolve(PLAN)));
  }

  RunOptions options() throws IOException {
    JsonNode root = Json.read(folder.resolve(SETTINGS), FORMAT);
    try {
      return RunOptions.fromJson(root);
    } catch (IllegalArgumentException e) {
      throw new IOException(folder.resolve(SETTINGS) + ": " + e.getMessage(), e);
    }
  }

  Model source() throws IOException {
    return ModelFiles.read(folder.resolve(SOURCE));
  }

  /** Those of this plan, these settings and this source model. */
  Checkpoints checkpoints() throws IOException {
    String run = Checksums.of(Stream.of(PLAN, SETTINGS, SOURCE).map(folder::resolve).toList());
    return new Checkpoints(folder.resolve(CHECKPOINTS), folder.resolve(HISTORY), run);
  }

  /** Deletes what a killed process left beside the files that it was writing. */
  void removeLeftovers() throws IOException {
    Parts.removeFrom(folder);
    Parts.removeFrom(folder.resolve(CHECKPOINTS));
  }

  // ---- the end ----

  /** Writes the small network, its dense form and the report. */
  void writeResults(Compression<? extends Model> compression) throws IOException {
    Path kept = folder.resolve(SOURCE);
    Path source = Files.isRegularFile(kept) ? kept : null;
    if (source == null) {
      LOG.warn("{} is gone; the results are without what it held beside the network", kept);
    }
    write(compression.network(), SMALL, source);
    write(Networks.toDense(compression.network()), DENSE, source);
    Json.write(folder.resolve(REPORT), ReportJson.of(compression.report()));
  }

  private void write(Model network, String name, @Nullable Path others) throws IOException {
    if (others == null) {
      ModelFiles.write(network, folder.resolve(name));
    } else {
      ModelFiles.write(network, folder.resolve(name), others);
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
