package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.present;

import java.nio.file.Path;

/** Classes that are named by folders. */
final class Labels {
  private Labels() {}

  /** The name of the folder that a file is in. */
  static String ofFolder(Path file) {
    Path folder = present(file.toAbsolutePath().getParent(), "%s is in no folder", file);
    return String.valueOf(folder.getFileName());
  }
}
