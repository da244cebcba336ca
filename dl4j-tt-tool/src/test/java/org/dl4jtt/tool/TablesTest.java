package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dl4jtt.tool.SmallTools.file;
import static org.dl4jtt.tool.SmallTools.identity;
import static org.dl4jtt.tool.SmallTools.json;
import static org.dl4jtt.tool.SmallTools.lstm;
import static org.dl4jtt.tool.SmallTools.refused;
import static org.dl4jtt.tool.SmallTools.written;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables as people have them: a cell means what it says, or is refused. */
class TablesTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1,0,0\\n0,1,1\\n\\n|",
        "1,0,0\\r\\n0,1,1\\r\\n  \\r\\n|",
        "\uFEFF1,0,0\\n0,1,1|",
        "\uFEFF\\n1,0,0\\n\\n0,1,1|",
        "1\\t0\\t0\\n0\\t1\\t1\\n|",
        "1\\t0\\t0\\n0\\t1\\t1\\n|--delimiter tab",
        "1;0;0\\n0;1;1\\n|",
        "1:0:0\\n0:1:1\\n|--delimiter :",
        "0,9;0,1;0\\n0,1;0,9;1\\n|--decimal-comma",
        "0,9\\t0,1\\t0\\n0,1\\t0,9\\t1\\n|--decimal-comma --delimiter tab",
        "\"first\",\"second, or not\",\"label\"\\n1,0,0\\n0,1,1\\n|",
        "\"label\",\"a \"\"b\"\"\",\"c\"\\n0,1,0\\n1,0,1\\n|--label-column label",
        "\"a\",\"c\",\"the\\nlabel\"\\n\"1\",\"0\",\"0\"\\n0,1,1|",
        "1,0,1\\n0,1,2\\n|",
        "1,0,cat\\n0,1,dog\\n|",
        "1,0,\"a, b\"\\n0,1,\"c, d\"\\n|",
        "x\\ny\\n1,0,0\\n0,1,1|--skip-lines 2",
        "0,1,0\\n1,0,1\\n|--label-column 0",
        "1,0,1,0\\n0,1,0,1\\n|--label-columns 2,3",
        "1,0,1,0\\n0,1,0,1\\n|",
      })
  void tables_asPeopleHaveThem(String text, String options) throws IOException {
    Path csv = temp.resolve("table.csv");
    file(csv, text.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t"));
    List<Object> args =
        new ArrayList<>(List.of("evaluate", identity(temp, 2), "--data", csv, "--json"));
    if (options != null) {
      args.addAll(List.of(options.split(" ")));
    }
    JsonNode json = json(args.toArray());
    assertThat(json.get("accuracy").asDouble()).isEqualTo(1);
    assertThat(json.get("examples").asInt()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NaN|'NaN' is not finite",
        "nan|'nan' is not finite",
        "inf|'inf' is not finite",
        "-Infinity|'-Infinity' is not finite",
        "1e400|'1e400' is too large",
        "-1e39|'-1e39' is too large",
        "0.5f|'0.5f' is no number",
        "2d|'2d' is no number",
        "0x1p3|'0x1p3' is no number",
        "1_000|'1_000' is no number",
        "''|a number is missing",
        "?|'?' is no number",
      })
  void numbersThatAreNone_areNamedByLineAndColumn_beforeTraining(String cell, String message)
      throws IOException {
    Path csv = temp.resolve("table.csv");
    file(csv, "1,0,0\n\n0," + cell + ",1\n");
    Path out = temp.resolve("out");
    for (ToolRun run :
        List.of(
            ToolRun.of("evaluate", identity(temp, 2), "--data", csv),
            ToolRun.of("predict", identity(temp, 2), "--data", csv),
            ToolRun.of(
                "compress",
                identity(temp, 2),
                "--data",
                csv,
                "--out",
                out,
                "--target",
                "weights=1/2"))) {
      refused(run, "table.csv, line 3, column 1: ", message);
    }
    assertThat(out).doesNotExist();
    Path steps = temp.resolve("steps/0/a.csv");
    file(steps, "1,0\n0," + cell + "\n");
    MultiLayerNetwork lstm = lstm(2, 2);
    refused(
        ToolRun.of(
            "evaluate", written(lstm, temp.resolve("lstm.zip")), "--data", temp.resolve("steps")),
        "a.csv, line 2, column 1: ",
        message);
  }

  @Test
  void tablesThatAreBroken_areRefused() throws IOException {
    Path csv = temp.resolve("table.csv");
    file(csv, "1,0,0\n0,1,\n");
    refused(
        ToolRun.of("evaluate", identity(temp, 2), "--data", csv),
        "line 2, column 2: the label is missing");
    file(csv, "1,0,0\n\"0,1,1\n");
    refused(
        ToolRun.of("evaluate", identity(temp, 2), "--data", csv),
        "line 2: a quote is never closed");
    file(csv, "0,5;0,1;0\n");
    refused(
        ToolRun.of("evaluate", identity(temp, 2), "--data", csv),
        "line 1, column 0: '0,5' is no number",
        "--decimal-comma");
    Files.write(csv, "1,0,0\n".getBytes(StandardCharsets.UTF_16LE));
    refused(ToolRun.of("evaluate", identity(temp, 2), "--data", csv), "UTF-16");
    file(csv, "1,0,0\n0,1,1\n");
    refused(
        ToolRun.of("evaluate", identity(temp, 2), "--data", csv, "--label-column", "species"),
        "has no column 'species'");
    refused(
        ToolRun.of("evaluate", identity(temp, 2), "--data", csv, "--label-column", "3"),
        "3 columns; the label cannot be in column 3");
  }
}
