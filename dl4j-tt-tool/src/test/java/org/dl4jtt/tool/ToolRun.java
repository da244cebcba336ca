package org.dl4jtt.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Arrays;

/** One run of the tool in this process, and what it said. */
record ToolRun(int status, String out, String err) {

  static ToolRun of(Object... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Tool.run(
            new PrintStream(out, true),
            new PrintStream(err, true),
            Arrays.stream(args).map(String::valueOf).toArray(String[]::new));
    return new ToolRun(
        status, out.toString(Charset.defaultCharset()), err.toString(Charset.defaultCharset()));
  }

  JsonNode json() throws IOException {
    return new ObjectMapper().readTree(out);
  }
}
