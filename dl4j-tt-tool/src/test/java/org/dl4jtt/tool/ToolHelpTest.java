package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolHelpTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "inspect",
        "plan",
        "compress",
        "evaluate",
        "predict",
        "decompress",
        "benchmark",
        "data"
      })
  void help_fitsAScreen(String command) {
    ToolRun run = command.isEmpty() ? ToolRun.of("--help") : ToolRun.of(command, "--help");
    assertThat(run.status()).isZero();
    assertThat(run.out().lines().count()).isBetween(5L, 24L);
    assertThat(run.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
  }

  @Test
  void noCommand_showsTheHelp() {
    assertThat(ToolRun.of().out()).isEqualTo(ToolRun.of("--help").out());
  }

  @Test
  void wrongCommandOrOption_isOneLineAndStatus2() {
    for (ToolRun run :
        new ToolRun[] {
          ToolRun.of("compres"), ToolRun.of("inspect"), ToolRun.of("inspect", "m.zip", "--colour")
        }) {
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.err()).startsWith("error: ").hasLineCount(1);
      assertThat(run.out()).isEmpty();
    }
  }
}
