package org.dl4jtt.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dl4jtt.internal.files.WholeFile;
import org.dl4jtt.tool.report.Summary;

/** Adds a summary to the compressor's own report.json. */
final class ReportFile {
  private ReportFile() {}

  static void add(Path file, Summary summary) throws IOException {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    JsonNode found =
        Files.isRegularFile(file)
            ? mapper.readTree(Files.readString(file))
            : mapper.createObjectNode();
    ObjectNode root = found instanceof ObjectNode object ? object : mapper.createObjectNode();
    root.set("summary", mapper.valueToTree(summary));
    WholeFile.write(file, mapper.writeValueAsString(root) + "\n");
  }
}
