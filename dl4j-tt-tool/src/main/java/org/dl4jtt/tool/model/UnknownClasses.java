package org.dl4jtt.tool.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.internal.JsonText;
import org.dl4jtt.internal.Shown;
import org.dl4jtt.internal.TrustedClasses;

/** Says which classes of a model are not here, or are not to be trusted, and what to do then. */
final class UnknownClasses {
  private static final int MOST_BYTES = 1 << 26;

  private UnknownClasses() {}

  /** Throws a better exception if classes are the trouble; returns if they are not. */
  static void explain(Path file, IOException found) throws IOException {
    Set<String> unknown = new TreeSet<>();
    Set<String> untrusted;
    try {
      String json = configuration(file);
      untrusted = TrustedClasses.untrusted(json, "it");
      JsonText.scan(
          json,
          "it",
          (name, text) -> {
            if (name.equals("@class") && !TrustedClasses.isHere(text)) {
              unknown.add(text);
            }
          });
    } catch (IOException | IllegalArgumentException e) {
      return; // what was found first says more
    }
    if (!unknown.isEmpty()) {
      throw new IOException(
          file
              + " needs classes that are not here: "
              + Shown.of(String.join(", ", unknown))
              + "; if you trust the file, start the tool with java -cp dl4j-tt-tool.jar:YOUR.jar"
              + " org.dl4jtt.tool.Tool, and --trust with their package",
          found);
    }
    if (!untrusted.isEmpty()) {
      throw new IOException(
          file
              + " names classes that are neither DL4J's nor ours: "
              + Shown.of(String.join(", ", untrusted))
              + "; loading it runs their code: if you trust the file, give --trust with their package",
          found);
    }
  }

  private static String configuration(Path file) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(ModelSerializer.CONFIGURATION_JSON);
      if (entry == null) {
        throw new IOException("no configuration");
      }
      try (InputStream in = zip.getInputStream(entry)) {
        return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
      }
    }
  }
}
