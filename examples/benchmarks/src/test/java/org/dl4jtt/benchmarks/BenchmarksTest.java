package org.dl4jtt.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchmarksTest {
  @Test
  void oneRow_isWrittenAsTableAndJson_withTheFirstContenderAsBase(@TempDir Path out)
      throws Exception {
    int exit =
        new CommandLine(new Benchmarks())
            .execute(
                "--quick",
                "--in-process",
                "--only",
                "DenseBenchmark.output",
                "--param",
                "batch=1",
                "--param",
                "shape=IN1024_OUT1024_RANK16",
                "--param",
                "contender=STOCK,TRAIN",
                "--out",
                out.toString());
    assertThat(exit).isZero();
    JsonNode ratios =
        new ObjectMapper().readTree(out.resolve("benchmarks.json").toFile()).get("ratios");
    assertThat(ratios).hasSize(2);
    assertThat(ratios.get(0).get("contender").asText()).isEqualTo("STOCK");
    assertThat(ratios.get(0).get("ratio").asDouble()).isEqualTo(1);
    double stock = ratios.get(0).get("milliseconds").asDouble();
    for (JsonNode ratio : ratios) {
      assertThat(ratio.get("ratio").asDouble())
          .isEqualTo(stock / ratio.get("milliseconds").asDouble(), within(1e-9));
      assertThat(ratio.get("rate").asDouble() * ratio.get("milliseconds").asDouble() * 1e6)
          .isCloseTo(2.0 * 1024 * 1024, withinPercentage(1e-9)); // the same for both
    }
    assertThat(Files.readString(out.resolve("benchmarks.txt")))
        .contains(
            "DenseBenchmark.output batch=1 shape=IN1024_OUT1024_RANK16", "TRAIN", "times faster");
  }
}
