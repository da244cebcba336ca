package org.dl4jtt.internal.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is said of a file that could not be written: its name, and why. */
final class Failure {
  private Failure() {}

  /**
   * Names the file.
   *
   * @param part whose name means nothing to the reader
   */
  static IOException of(Path file, Path part, IOException cause) {
    return new IOException(file + " cannot be written: " + reason(file, part, cause), cause);
  }

  private static String reason(Path file, Path part, IOException e) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      return Files.exists(folder)
          ? folder + " is no folder"
          : "the folder " + folder + " is not there";
    }
    if (e instanceof DirectoryNotEmptyException || Files.isDirectory(file)) {
      return "a folder of that name is there";
    }
    if (e instanceof FileSystemException about && about(part, about)) {
      return e instanceof AccessDeniedException
          ? "its folder does not allow it"
          : about.getReason() == null ? about.toString() : about.getReason();
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /** Whether it is the part itself, and not a file that its content was to come from. */
  private static boolean about(Path part, FileSystemException e) {
    return part.toString().equals(e.getFile());
  }
}
