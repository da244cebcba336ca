package org.dl4jtt.examples.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dl4jtt.internal.files.WholeFile;
import org.dl4jtt.internal.files.WholeFolder;
import org.jspecify.annotations.Nullable;

/**
 * A folder that gets all files of a run or none: they are written into a hidden folder inside it
 * and renamed when all are complete. Other files in the folder stay as they are.
 */
public final class OutputFolder implements AutoCloseable {
  private final Path folder;
  private final Path staging;
  private final List<Path> created;
  private final Thread onExit = new Thread(this::discard);
  private boolean published;

  private OutputFolder(Path folder, Path staging, List<Path> created) {
    this.folder = folder;
    this.staging = staging;
    this.created = created;
  }

  /**
   * Creates the folder if it is not there and makes sure that it can be written to.
   *
   * @throws IOException if it cannot
   */
  public static OutputFolder open(Path folder) throws IOException {
    Path target = folder.toAbsolutePath().normalize();
    List<Path> created = missing(target);
    try {
      WholeFolder.create(target);
      Path staging = Files.createTempDirectory(target, ".unfinished-");
      OutputFolder output = new OutputFolder(target, staging, created);
      Runtime.getRuntime().addShutdownHook(output.onExit);
      return output;
    } catch (IOException e) {
      removeEmpty(created);
      throw new IOException("cannot write to " + folder + ": " + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    String type = e.getClass().getSimpleName();
    String name = type.endsWith("Exception") ? type.substring(0, type.length() - 9) : type;
    return name + " (" + e.getMessage() + ")";
  }

  /** The folders that {@code createDirectories} will make, innermost first. */
  private static List<Path> missing(Path target) {
    List<Path> missing = new ArrayList<>();
    for (@Nullable Path p = target; p != null && !Files.exists(p); p = p.getParent()) {
      missing.add(p);
    }
    return missing;
  }

  /** Where a file is to be written for now. */
  public Path file(String name) {
    return staging.resolve(name);
  }

  /** Moves everything to its place. */
  public void publish() throws IOException {
    try (Stream<Path> files = Files.list(staging)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        WholeFile.publish(file, folder.resolve(file.getFileName()));
      }
    }
    published = true;
  }

  /** Removes what was not published. */
  @Override
  public void close() {
    discard();
    Runtime.getRuntime().removeShutdownHook(onExit);
  }

  private void discard() {
    try {
      if (Files.exists(staging)) {
        try (Stream<Path> files = Files.list(staging)) {
          for (Path file : (Iterable<Path>) files::iterator) {
            Files.delete(file);
          }
        }
        Files.delete(staging);
      }
      if (!published) {
        removeEmpty(created);
      }
    } catch (IOException e) {
      System.err.println("could not remove " + staging + ": " + e.getMessage());
    }
  }

  private static void removeEmpty(List<Path> folders) {
    for (Path folder : folders) {
      try {
        Files.deleteIfExists(folder);
      } catch (IOException e) {
        return; // someone else's files are in it
      }
    }
  }
}
