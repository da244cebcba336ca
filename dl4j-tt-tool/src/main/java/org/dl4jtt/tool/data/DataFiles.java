package org.dl4jtt.tool.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a folder of data holds: files, and folders with files. Symbolic links count as what they
 * point to; names that begin with a dot are nobody's data.
 */
final class DataFiles {
  private DataFiles() {}

  /** Files with one of these endings, sorted; one that cannot be read is among them. */
  static List<Path> in(Path folder, Set<String> endings) throws IOException {
    return list(folder).stream()
        .filter(file -> endings.contains(ending(file)) && !Files.isDirectory(file))
        .toList();
  }

  /** The same in all folders of a folder. */
  static List<Path> inFolders(Path folder, Set<String> endings) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path inner : folders(folder)) {
      files.addAll(in(inner, endings));
    }
    return files;
  }

  /** The folders of a folder, sorted. */
  static List<Path> folders(Path folder) throws IOException {
    return list(folder).stream().filter(Files::isDirectory).toList();
  }

  /** Names of the folders of a folder, sorted. */
  static List<String> names(Path folder) throws IOException {
    return folders(folder).stream().map(inner -> inner.getFileName().toString()).toList();
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> !file.getFileName().toString().startsWith(".")).sorted().toList();
    }
  }

  static String ending(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
