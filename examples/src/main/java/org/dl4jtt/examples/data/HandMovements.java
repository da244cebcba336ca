package org.dl4jtt.examples.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dl4jtt.examples.data.SequenceSet.Sequence;

/**
 * The Libras movement data of the UCI repository: hand movements tracked in video, 45 frames of (x,
 * y) in 0 … 1, and the class 1 … 15, one per line. Drawn again as small grey pictures, every third
 * frame, they are the nearest thing to video that is small: a step is {@value #SIDE} × {@value
 * #SIDE} pixels. Every third movement of a class is for the test.
 *
 * @param training two thirds
 * @param test one third
 */
public record HandMovements(SequenceSet training, SequenceSet test) {
  private static final int CLASSES = 15;
  private static final int FRAMES = 45;
  private static final int EVERY = 3;
  private static final int SIDE = 32;

  /** Of the spot that stands for the hand, in pixels. */
  private static final double RADIUS = 1.5;

  /**
   * Reads {@code movement_libras.data}.
   *
   * @throws IOException if it is not there, or a line does not have 90 coordinates and a class
   */
  public static HandMovements read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(
          file.toString(),
          null,
          "the file movement_libras.data comes from"
              + " https://archive.ics.uci.edu/dataset/181/libras+movement");
    }
    List<Sequence> training = new ArrayList<>();
    List<Sequence> test = new ArrayList<>();
    int[] seen = new int[CLASSES];
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      Sequence movement = movement(file + ", line " + number, line.split(","));
      boolean tested = seen[movement.label()]++ % 3 == 0;
      (tested ? test : training).add(movement);
    }
    return new HandMovements(new SequenceSet(training, CLASSES), new SequenceSet(test, CLASSES));
  }

  private static Sequence movement(String where, String[] fields) throws IOException {
    if (fields.length != 2 * FRAMES + 1) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: %d fields; there are %d coordinates and a class",
              where,
              fields.length,
              2 * FRAMES));
    }
    try {
      float[][] steps = new float[FRAMES / EVERY][];
      for (int t = 0; t < steps.length; t++) {
        int frame = EVERY * t;
        steps[t] =
            picture(
                Double.parseDouble(fields[2 * frame]), Double.parseDouble(fields[2 * frame + 1]));
      }
      int label = Integer.parseInt(fields[2 * FRAMES].trim()) - 1;
      if (label < 0 || label >= CLASSES) {
        throw new IOException(where + ": class " + (label + 1) + "; classes are 1 to " + CLASSES);
      }
      return new Sequence(List.of(steps), label);
    } catch (NumberFormatException e) {
      throw new IOException(where + ": " + e.getMessage(), e);
    }
  }

  private static float[] picture(double x, double y) {
    float[] pixels = new float[SIDE * SIDE];
    for (int row = 0; row < SIDE; row++) {
      for (int column = 0; column < SIDE; column++) {
        double dx = (column - x * (SIDE - 1)) / RADIUS;
        double dy = (row - y * (SIDE - 1)) / RADIUS;
        pixels[row * SIDE + column] = (float) Math.exp(-0.5 * (dx * dx + dy * dy));
      }
    }
    return pixels;
  }
}
