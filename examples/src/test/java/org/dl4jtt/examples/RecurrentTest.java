package org.dl4jtt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Random;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecurrentTest {
  private static final int RATE = 8_000;

  @TempDir Path folder;

  @Test
  void recordings_areReadAndCompared() throws IOException {
    Random random = new Random(1);
    for (int digit = 0; digit < 10; digit++) {
      for (int take : new int[] {0, 5, 6}) {
        tone(200 + 300 * digit, random, folder.resolve(digit + "_test_" + take + ".wav"));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int status =
        Recurrent.run(
            new PrintStream(out),
            System.err,
            "--digits=" + folder,
            "--seeds=1",
            "--base-epochs=2",
            "--epochs=2",
            "--out=" + folder.resolve("out"));
    assertThat(status).isZero();
    // LSTM: (1024 + 128) 512 + 512; classifier: 128 10 + 10. An eighth of 591,626 is 73,953.
    assertThat(out.toString())
        .contains("| spoken digits | dense | 591,626 |")
        .containsPattern("\\| direct TT-LSTM \\| 7[123],\\d{3} \\|")
        .containsPattern("\\| ADMM TT-LSTM \\| 7[123],\\d{3} \\|")
        .containsPattern("\\| ADMM TR-LSTM \\| 7[0123],\\d{3} \\|");
  }

  private static void tone(int hertz, Random random, Path file) throws IOException {
    byte[] samples = new byte[2 * RATE / 4];
    for (int i = 0; i < samples.length / 2; i++) {
      double v = 8_000 * Math.sin(2 * Math.PI * hertz * i / RATE) + 500 * random.nextGaussian();
      samples[2 * i] = (byte) (int) v;
      samples[2 * i + 1] = (byte) ((int) v >> 8);
    }
    AudioFormat format = new AudioFormat(RATE, 16, 1, true, false);
    AudioSystem.write(
        new AudioInputStream(
            new ByteArrayInputStream(samples), format, samples.length / format.getFrameSize()),
        AudioFileFormat.Type.WAVE,
        file.toFile());
  }

  @Test
  void noData_saysWhereItIsToBeHad() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertThat(Recurrent.run(System.out, new PrintStream(err))).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("--digits DIR").contains("free-spoken-digit-dataset");
  }

  @Test
  void emptyFolder_namesIt() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = Recurrent.run(System.out, new PrintStream(err), "--digits=" + folder);
    assertThat(status).isEqualTo(2);
    assertThat(err.toString()).contains(folder.toString()).contains("digit_speaker_take.wav");
  }
}
