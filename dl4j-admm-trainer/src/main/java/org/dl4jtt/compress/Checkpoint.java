package org.dl4jtt.compress;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.surgery.ModelFiles;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * A run at the end of an epoch, in a folder of its own:
 *
 * <pre>
 *   model.zip    the network with updater state, iteration and epoch counts: an ordinary DL4J model
 *   admm.state   Z, U, ρ and history, while ADMM trains
 *   state.json   the stage, its epochs, the scores so far, the run that it belongs to
 *   SHA256SUMS   of these
 * </pre>
 */
record Checkpoint(Path folder, CompressionProgress progress) {
  private static final String MODEL = "model.zip";
  private static final String ADMM = "admm.state";
  private static final String STATE = "state.json";
  private static final int FORMAT = 1;

  /** Writes the files into an empty folder, and to the disk. */
  static void write(
      Path folder,
      String run,
      CompressionProgress progress,
      Model network,
      @Nullable AdmmListener admm)
      throws IOException {
    ModelFiles.write(network, folder.resolve(MODEL));
    if (admm != null) {
      admm.save(network, folder.resolve(ADMM));
    }
    ObjectNode state = Json.object().put("format", FORMAT).put("run", run);
    Json.write(folder.resolve(STATE), state.setAll(progress.toJson()));
    Checksums.write(folder);
  }

  /**
   * Reads and verifies.
   *
   * @throws IOException if a file is missing, truncated or altered, or if it is of another run
   */
  static Checkpoint read(Path folder, String run) throws IOException {
    Set<String> verified = Checksums.verify(folder);
    require(verified, MODEL, folder);
    require(verified, STATE, folder);
    JsonNode state = Json.read(folder.resolve(STATE), FORMAT);
    String found = Json.text(state, "run");
    if (!found.equals(run)) {
      throw new IOException(
          folder + " is of another run: another model, plan or settings than this folder's");
    }
    CompressionProgress progress = CompressionProgress.fromJson(state);
    if (progress.stage() == Stage.PROJECTED) {
      require(verified, ADMM, folder);
    }
    return new Checkpoint(folder, progress);
  }

  private static void require(Set<String> verified, String name, Path folder) throws IOException {
    if (!verified.contains(name)) {
      throw new IOException(
          folder.resolve(Checksums.FILE) + " is truncated or altered: it has no sum of " + name);
    }
  }

  Model network() throws IOException {
    return ModelFiles.read(folder.resolve(MODEL));
  }

  void restore(AdmmListener admm, Model network) throws IOException {
    admm.restore(network, folder.resolve(ADMM));
  }
}
