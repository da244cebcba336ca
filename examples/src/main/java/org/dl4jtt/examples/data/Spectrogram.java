package org.dl4jtt.examples.data;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.complex.Complex;
import org.apache.commons.math3.transform.DftNormalization;
import org.apache.commons.math3.transform.FastFourierTransformer;
import org.apache.commons.math3.transform.TransformType;

/**
 * Log-spectrogram of speech at 8 kHz: windows of 32 ms every 16 ms, {@value #BINS} frequencies
 * each; {@value #FRAMES} of them, half overlapping, make one step of a sequence, so that a step is
 * wide ({@value #FRAMES} × {@value #BINS} numbers), as a frame of video is. Mean 0, variance 1 over
 * the recording.
 */
final class Spectrogram {
  private static final int WINDOW = 256;
  private static final int HOP = 128;
  static final int BINS = 128;
  static final int FRAMES = 8;
  private static final double FLOOR = 1e-6;

  private Spectrogram() {}

  /** Steps of a recording, [time][{@value #FRAMES} × {@value #BINS}]; at least one. */
  static float[][] of(double[] samples) {
    List<double[]> frames = frames(samples);
    normalise(frames);
    List<float[]> steps = new ArrayList<>();
    for (int start = 0; start == 0 || start + FRAMES <= frames.size(); start += FRAMES / 2) {
      float[] step = new float[FRAMES * BINS];
      for (int f = 0; f < FRAMES && start + f < frames.size(); f++) {
        for (int b = 0; b < BINS; b++) {
          step[f * BINS + b] = (float) frames.get(start + f)[b];
        }
      }
      steps.add(step);
    }
    return steps.toArray(float[][]::new);
  }

  private static List<double[]> frames(double[] samples) {
    FastFourierTransformer fft = new FastFourierTransformer(DftNormalization.STANDARD);
    List<double[]> frames = new ArrayList<>();
    for (int start = 0; start == 0 || start + WINDOW <= samples.length; start += HOP) {
      double[] window = new double[WINDOW];
      for (int i = 0; i < WINDOW && start + i < samples.length; i++) {
        double hann = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / WINDOW);
        window[i] = hann * samples[start + i];
      }
      Complex[] spectrum = fft.transform(window, TransformType.FORWARD);
      double[] frame = new double[BINS];
      for (int b = 0; b < BINS; b++) {
        double magnitude = spectrum[b + 1].abs(); // without the constant
        frame[b] = Math.log(magnitude * magnitude + FLOOR);
      }
      frames.add(frame);
    }
    return frames;
  }

  private static void normalise(List<double[]> frames) {
    double sum = 0;
    double squares = 0;
    for (double[] frame : frames) {
      for (double v : frame) {
        sum += v;
        squares += v * v;
      }
    }
    double n = (double) frames.size() * BINS;
    double mean = sum / n;
    double deviation = Math.sqrt(Math.max(squares / n - mean * mean, 1e-12));
    for (double[] frame : frames) {
      for (int b = 0; b < BINS; b++) {
        frame[b] = (frame[b] - mean) / deviation;
      }
    }
  }
}
