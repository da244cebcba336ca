package org.dl4jtt.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import org.bytedeco.javacpp.BytePointer;
import org.dl4jtt.examples.ResidentMemory;
import org.junit.jupiter.api.Test;

class MemoryBenchmarkTest {
  private static final long BYTES = 64L << 20;

  @Test
  void nativeMemoryThatIsWritten_isCounted_andThePeakRemembersIt() throws IOException {
    assumeThat(ResidentMemory.isKnown()).as("a system with /proc/self").isTrue();
    ResidentMemory.resetPeak();
    long before = ResidentMemory.now();
    try (BytePointer block = new BytePointer(BYTES)) {
      block.fill(1);
      // The collector may give memory of the heap back meanwhile: less than a quarter of the block.
      assertThat(ResidentMemory.now() - before).isGreaterThan(BYTES / 4 * 3);
    }
    assertThat(ResidentMemory.peak() - before).isGreaterThan(BYTES / 4 * 3);
  }

  @Test
  void aTraining_isMeasuredInAJvmOfItsOwn() throws Exception {
    assumeThat(ResidentMemory.isKnown()).as("a system with /proc/self").isTrue();
    MemoryCase dense =
        MemoryCase.all().stream()
            .filter(c -> c.name().equals("IN1024_OUT1024_RANK16"))
            .findFirst()
            .orElseThrow();
    long peak = MemoryProbe.measure(dense, "STOCK", 0).peak();
    // A million weights and their gradient, 4 bytes each; far below what a second network takes.
    assertThat(peak).isBetween(8L << 20, 128L << 20);
  }

  @Test
  void aCaseThatIsNotThere_isNotMeasured() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int status = MemoryBenchmark.run(new PrintStream(out), System.err, "--only=nothing");
    assumeThat(ResidentMemory.isKnown()).as("a system with /proc/self").isTrue();
    assertThat(status).isZero();
    assertThat(out.toString().lines()).hasSize(2);
  }
}
