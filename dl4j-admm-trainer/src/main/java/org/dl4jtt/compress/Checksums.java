package org.dl4jtt.compress;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.dl4jtt.internal.files.WholeFile;

/** The SHA-256 of every file of a folder, as {@code sha256sum -c SHA256SUMS} checks it. */
final class Checksums {
  static final String FILE = "SHA256SUMS";

  private Checksums() {}

  /** Writes the sums of all files that the folder holds. */
  static void write(Path folder) throws IOException {
    StringBuilder sums = new StringBuilder();
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.sorted().toList();
    }
    for (Path file : files) {
      sums.append(line(file));
    }
    WholeFile.write(folder.resolve(FILE), sums.toString());
  }

  /**
   * Checks that all files with a sum are as they were written.
   *
   * @return their names
   * @throws IOException naming the file that is missing, truncated or altered
   */
  static Set<String> verify(Path folder) throws IOException {
    Path sums = folder.resolve(FILE);
    List<String> lines;
    try {
      lines = Files.readAllLines(sums);
    } catch (IOException e) {
      throw new IOException(sums + " is missing or altered", e);
    }
    Set<String> names = new LinkedHashSet<>();
    for (String line : lines) {
      int digits = line.indexOf("  ");
      if (digits < 0) {
        throw new IOException(sums + " is truncated or altered");
      }
      String name = line.substring(digits + 2);
      if (!names.add(name) || !Files.isRegularFile(folder.resolve(name))) {
        throw new IOException(folder.resolve(name) + " is missing, or its checksum is altered");
      }
      if (!line(folder.resolve(name)).equals(line + "\n")) {
        throw new IOException(
            folder.resolve(name) + " is truncated or altered: its checksum is wrong");
      }
    }
    return names;
  }

  private static String line(Path file) throws IOException {
    return of(List.of(file)) + "  " + file.getFileName() + "\n";
  }

  /** The sum of these files, one after another, in hexadecimal digits. */
  static String of(List<Path> files) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    for (Path file : files) {
      try (InputStream in =
          new DigestInputStream(new BufferedInputStream(Files.newInputStream(file)), digest)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
