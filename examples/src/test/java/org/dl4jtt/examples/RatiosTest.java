package org.dl4jtt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RatiosTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"--constrained=0.75", "--restart"})
  void oneRowForEachRun_atTheRatioAskedFor(String schedule) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int status =
        Ratios.run(
            new PrintStream(out),
            System.err,
            "--images=128",
            "--test-images=100",
            "--base-epochs=1",
            "--epochs=2",
            "--ratios=2.3",
            schedule,
            "--out=" + folder);
    assertThat(status).isZero();
    assertThat(out.toString())
        .contains("| 1 | dense | 78,042 |") // SmallResNetTest counts them
        .containsPattern("\\| 2.3 \\| direct TT \\| 33,\\d{3} \\|") // 78,042 / 2.3 = 33,931
        .containsPattern("\\| 2.3 \\| ADMM-TT \\| 33,\\d{3} \\|")
        .containsPattern("\\| 2.3 \\| ADMM-TR \\| 3[123],\\d{3} \\|");
    assertThat(folder.resolve("ratios.md")).exists();
  }

  @Test
  void absentData_isOneLineAndStatus2() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = Ratios.run(System.out, new PrintStream(err), "--data=/no/such/folder");
    assertThat(status).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("/no/such/folder");
  }
}
