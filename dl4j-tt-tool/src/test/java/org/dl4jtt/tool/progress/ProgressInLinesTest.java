package org.dl4jtt.tool.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressInLinesTest {
  @Test
  void line_hasRateOfTheEpochAndTimeLeftOfTheWhole() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    AtomicLong clock = new AtomicLong();
    try (Progress progress =
        new ProgressInLines(6_000, "images", new PrintStream(bytes, true), clock::get)) {
      Progress.Stage stage = progress.stage("dense", 3);
      clock.addAndGet(TimeUnit.SECONDS.toNanos(40));
      stage.advance(1_000);
      stage.epochDone(1, 0.5, 0.875);
      clock.addAndGet(TimeUnit.SECONDS.toNanos(20));
      stage.advance(1_000);
      stage.epochDone(2, 0.25, 0.9);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "dense      epoch  1/3  loss 0.5000  accuracy 87.5 %  25 images/s  3:20 left",
            "dense      epoch  2/3  loss 0.2500  accuracy 90.0 %  50 images/s  2:00 left");
  }
}
