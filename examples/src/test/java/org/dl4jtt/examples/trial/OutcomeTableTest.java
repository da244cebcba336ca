package org.dl4jtt.examples.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTableTest {

  @Test
  void seedsOfOneRun_becomeMeanLowestAndHighest() {
    String table =
        OutcomeTable.of(
            "ratio",
            List.of(
                new Outcome("1", "dense", 1_000, 0.8, 0.9),
                new Outcome("2.3", "ADMM-TT", 400, 0.7, 0.85),
                new Outcome("2.3", "ADMM-TT", 420, 0.8, 0.95)));
    assertThat(table.lines())
        .containsExactly(
            "| ratio | run | weights | accuracy before fine-tuning | accuracy |",
            "|---|---|---|---|---|",
            "| 1 | dense | 1,000 | 80.00 | 90.00 |",
            "| 2.3 | ADMM-TT | 410 | 75.00 (70.00 to 80.00) | 90.00 (85.00 to 95.00) |");
  }
}
