package org.dl4jtt.tool.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Says which classes a model needs that are not here, where DL4J says that JSON is wrong. */
final class UnknownClasses {
  private UnknownClasses() {}

  /** Throws a better exception if classes are missing; returns if that is not the trouble. */
  static void explain(Path file, IOException found) throws IOException {
    TreeSet<String> unknown = new TreeSet<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(ModelSerializer.CONFIGURATION_JSON);
      if (entry == null) {
        return;
      }
      try (InputStream in = zip.getInputStream(entry)) {
        for (JsonNode node : new ObjectMapper().readTree(in).findValues("@class")) {
          if (!isKnown(node.asText())) {
            unknown.add(node.asText());
          }
        }
      }
    } catch (IOException e) {
      return; // what was found first says more
    }
    if (!unknown.isEmpty()) {
      throw new IOException(
          file
              + " needs classes that are not here: "
              + String.join(", ", List.copyOf(unknown))
              + "; start the tool with java -cp dl4j-tt-tool.jar:YOUR.jar org.dl4jtt.tool.Tool",
          found);
    }
  }

  private static boolean isKnown(String name) {
    try {
      Class.forName(name, false, UnknownClasses.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }
}
