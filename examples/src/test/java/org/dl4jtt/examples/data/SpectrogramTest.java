package org.dl4jtt.examples.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpectrogramTest {

  @Test
  void tone_isLoudestAtItsFrequency() {
    double hertz = 1_000; // bins are 8000 / 256 = 31.25 Hz apart, the constant is left out
    double[] samples = new double[4_000];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = Math.sin(2 * Math.PI * hertz * i / 8_000);
    }
    float[][] steps = Spectrogram.of(samples);
    // 30 windows of 256 every 128 samples; steps of 8, every 4: 6 of them
    assertThat(steps).hasDimensions(6, 8 * 128);
    for (float[] step : steps) {
      int loudest = 0;
      for (int b = 0; b < 128; b++) {
        loudest = step[b] > step[loudest] ? b : loudest;
      }
      assertThat(loudest).isEqualTo(31);
    }
  }

  @Test
  void shorterThanAWindow_isOneStep() {
    assertThat(Spectrogram.of(new double[] {0.1, -0.2})).hasDimensions(1, 8 * 128);
  }
}
