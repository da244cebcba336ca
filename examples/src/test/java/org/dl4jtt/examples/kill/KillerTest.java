package org.dl4jtt.examples.kill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillerTest {
  @TempDir Path folder;

  @Test
  void killedFiveTimes_endsInTheSameBits() throws IOException, InterruptedException {
    Killer.Outcome outcome = new Killer(folder, 1, line -> {}).run(5);
    assertThat(outcome.identical()).isTrue();
    assertThat(outcome.kills()).isEqualTo(5);
    assertThat(outcome.inWrite()).isGreaterThanOrEqualTo(1); // aimed at, not certain
  }
}
