package org.dl4jtt.internal.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Folders that appear under their name when all in them is on the disk. */
public final class WholeFolder {
  private WholeFolder() {}

  /** What goes into a folder. */
  @FunctionalInterface
  public interface Content {
    /** Writes all files, by {@link WholeFile}, into an empty folder. */
    void write(Path folder) throws IOException;
  }

  /**
   * Writes a folder under another name and renames it. The folder around it is made if it is not
   * there.
   *
   * @throws IOException naming the folder, if it cannot be written or the content fails, or if it
   *     is there already and holds something
   */
  public static void write(Path folder, Content content) throws IOException {
    Path target = folder.toAbsolutePath();
    Path part = Parts.beside(target);
    try {
      create(target.getParent());
      Files.createDirectory(part);
      content.write(part);
      Parts.force(part);
      Parts.rename(part, target);
    } catch (IOException e) {
      IOException failure = Failure.of(folder, part, e);
      Parts.removeAfter(failure, part);
      throw failure;
    } catch (RuntimeException | Error e) {
      Parts.removeAfter(e, part);
      throw e;
    }
  }

  /** Makes a folder and those around it, as far as they are not there, and forces their names. */
  public static void create(@Nullable Path folder) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path p = folder == null ? null : folder.toAbsolutePath();
        p != null && !Files.exists(p);
        p = p.getParent()) {
      missing.push(p);
    }
    if (folder != null) {
      Files.createDirectories(folder);
    }
    for (Path made : missing) { // the outermost first
      Path around = made.getParent();
      if (around != null) {
        Parts.force(around);
      }
    }
  }

  /** Renames a file or a folder in one step; what is there already is replaced if it is a file. */
  public static void rename(Path from, Path to) throws IOException {
    Parts.rename(from, to);
  }

  /** Deletes a file, or a folder and all in it; links are not followed. Need not be there. */
  public static void delete(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(folder)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }
}
