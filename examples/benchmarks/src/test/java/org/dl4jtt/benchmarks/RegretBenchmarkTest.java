package org.dl4jtt.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RegretBenchmarkTest {
  @Test
  void exitStatus_isThatOfTheWorstRegret_inTableAndJson(@TempDir Path out) throws Exception {
    int exit =
        new CommandLine(new RegretBenchmark())
            .execute(
                "--milliseconds",
                "1",
                "--only",
                "matrix 32x32 .*batch 1,.*|convolution.*512 .*rank 64, batch 1, inference",
                "--out",
                out.toString());
    JsonNode cases = new ObjectMapper().readTree(out.resolve("regret.json").toFile());
    assertThat(cases).hasSize(3);
    double worst = 0;
    for (JsonNode one : cases) {
      double regret = one.get("regret").asDouble();
      assertThat(regret)
          .isGreaterThanOrEqualTo(1)
          .isEqualTo(
              one.get("chosenMilliseconds").asDouble() / one.get("bestMilliseconds").asDouble());
      assertThat(one.get("plansMeasured").asInt()).isGreaterThanOrEqualTo(4);
      worst = Math.max(worst, regret);
    }
    assertThat(exit).isEqualTo(worst > RegretBenchmark.LIMIT ? 1 : 0);
    assertThat(Files.readString(out.resolve("regret.txt"))).contains("regret", "chosen | best");
  }
}
