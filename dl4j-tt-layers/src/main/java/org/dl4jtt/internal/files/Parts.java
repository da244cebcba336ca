package org.dl4jtt.internal.files;

import static org.dl4jtt.internal.Check.present;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Files and folders that are being written; each has a name of its own, which ends in .part. */
public final class Parts {
  private static final String ENDING = ".part";

  private Parts() {}

  /**
   * Whether a file or folder is a part: of a write that goes on, or of a process that was killed.
   */
  public static boolean isOne(Path path) {
    return String.valueOf(path.getFileName()).endsWith(ENDING);
  }

  /**
   * Deletes what killed processes left in a folder; nothing happens if the folder is not there.
   *
   * @param folder in which nobody else writes
   */
  public static void removeFrom(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> parts;
    try (Stream<Path> all = Files.list(folder)) {
      parts = all.filter(Parts::isOne).toList();
    }
    for (Path part : parts) {
      WholeFolder.delete(part);
    }
  }

  /**
   * A name in the same folder that no one else has. Short, so that it fits wherever the name did.
   */
  static Path beside(Path target) {
    present(target.getFileName(), "%s is no name of a file or folder", target);
    return target.resolveSibling("." + UUID.randomUUID() + ENDING);
  }

  /** Removes a part that did not become whole, for this reason. */
  static void removeAfter(Throwable reason, Path part) {
    try {
      WholeFolder.delete(part);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  /** Gives a part, whose content is on the disk, its name, and forces that to the disk. */
  static void rename(Path part, Path target) throws IOException {
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Path folder = target.toAbsolutePath().getParent();
    if (folder != null) {
      force(folder);
    }
  }

  /**
   * Forces the names in a folder to the disk, where the system lets folders be opened (Windows does
   * not).
   */
  static void force(Path folder) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(folder, StandardOpenOption.READ);
    } catch (IOException e) {
      return;
    }
    try (channel) {
      channel.force(true);
    }
  }
}
