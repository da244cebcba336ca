package org.dl4jtt.compress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.internal.files.WholeFile;
import org.dl4jtt.internal.files.WholeFolder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run, numbered; the last two are kept. One appears under its number when it
 * is whole: it is written beside and renamed.
 */
final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final int KEPT = 2;

  /** As they are written below; whatever else lies there is not ours. */
  private static final String NUMBER = "\\d{6,8}";

  private final Path folder;
  private final Path history;
  private final String run;

  /**
   * The checkpoints in a folder, which need not be there yet.
   *
   * @param history the file of ADMM's history; never older than the newest checkpoint
   * @param run what they must belong to
   */
  Checkpoints(Path folder, Path history, String run) {
    this.folder = folder;
    this.history = history;
    this.run = run;
  }

  void write(CompressionProgress progress, Model network, @Nullable AdmmListener admm)
      throws IOException {
    if (admm != null) {
      WholeFile.write(history, admm.history().toCsv());
    }
    List<Path> before = numbered();
    int number = before.isEmpty() ? 1 : number(before.get(0)) + 1;
    Path whole = folder.resolve(String.format(Locale.ROOT, "%06d", number));
    WholeFolder.write(whole, part -> Checkpoint.write(part, run, progress, network, admm));
    for (Path old : before.subList(Math.min(KEPT - 1, before.size()), before.size())) {
      WholeFolder.delete(old);
    }
  }

  /**
   * The newest checkpoint that is whole; none if none was ever written. One that is not is renamed
   * to NUMBER.refused.
   *
   * @throws IOException if there are some, but none is whole
   */
  Optional<Checkpoint> latest() throws IOException {
    List<String> reasons = new ArrayList<>();
    List<Path> newestFirst = numbered();
    for (int i = 0; i < newestFirst.size(); i++) {
      try {
        Checkpoint found = Checkpoint.read(newestFirst.get(i), run);
        refuse(newestFirst.subList(0, i), reasons);
        return Optional.of(found);
      } catch (IOException | IllegalArgumentException e) {
        reasons.add(String.valueOf(e.getMessage()));
      }
    }
    if (reasons.isEmpty()) {
      return Optional.empty();
    }
    throw new IOException(
        "no checkpoint in "
            + folder
            + " can be used: "
            + String.join("; ", reasons)
            + "; delete that folder to begin again from the source model");
  }

  private static void refuse(List<Path> bad, List<String> reasons) throws IOException {
    for (int i = 0; i < bad.size(); i++) {
      LOG.warn("a checkpoint is refused and the one before it is used: {}", reasons.get(i));
      Path refused = bad.get(i).resolveSibling(bad.get(i).getFileName() + ".refused");
      WholeFolder.delete(refused);
      WholeFolder.rename(bad.get(i), refused);
    }
  }

  /** The newest first. */
  private List<Path> numbered() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> path.getFileName().toString().matches(NUMBER))
          .sorted((a, b) -> Integer.compare(number(b), number(a)))
          .toList();
    }
  }

  private static int number(Path checkpoint) {
    return Integer.parseInt(checkpoint.getFileName().toString());
  }
}
