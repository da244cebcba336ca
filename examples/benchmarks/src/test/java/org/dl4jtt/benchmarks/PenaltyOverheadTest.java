package org.dl4jtt.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class PenaltyOverheadTest {
  @Test
  void theMedianOfThePairs_isReportedWithinItsInterval() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int status =
        PenaltyOverhead.run(new PrintStream(out), System.err, "--pairs=4", "--dense-pairs=0");
    assertThat(status).isZero();
    String row = out.toString().lines().skip(2).findFirst().orElseThrow();
    String[] numbers = row.split("\\|", -1)[3].replaceAll("[()to]", " ").trim().split(" +", -1);
    assertThat(numbers).hasSize(3);
    assertThat(Double.parseDouble(numbers[0]))
        .isBetween(Double.parseDouble(numbers[1]), Double.parseDouble(numbers[2]));
  }
}
