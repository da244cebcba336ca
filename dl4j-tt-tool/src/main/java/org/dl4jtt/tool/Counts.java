package org.dl4jtt.tool;

import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.dl4jtt.tool.data.Encoding;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How often each class was there (n), predicted (p), and both (h).
 *
 * <pre>
 *   precision  h / p     recall  h / n     F1  2 h / (p + n)     0 for 0 / 0
 * </pre>
 */
final class Counts {
  /** Standard deviations above chance that a score may have by chance. */
  private static final double DEVIATIONS = 2;

  private static final int ENOUGH = 30;

  private long examples;
  private long decisions;
  private long hits;
  private int choices = 2;
  private long[] there = {};
  private long[] predicted = {};
  private long[] both = {};

  /**
   * Adds rows.
   *
   * @param mask 0 for rows that do not count; null if all do
   */
  void add(Encoding encoding, INDArray labels, INDArray predictions, float @Nullable [] mask) {
    double[][] y = labels.toDoubleMatrix();
    double[][] p = predictions.toDoubleMatrix();
    if (examples == 0) {
      int classes = encoding.kind() == Encoding.Kind.TWO_CLASSES ? 2 : p[0].length;
      choices = encoding.kind() == Encoding.Kind.LABELS ? 2 : classes;
      there = new long[classes];
      predicted = new long[classes];
      both = new long[classes];
    }
    for (int row = 0; row < y.length; row++) {
      if (mask == null || mask[row] != 0) {
        examples++;
        add(encoding, y[row], p[row]);
      }
    }
  }

  private void add(Encoding encoding, double[] y, double[] p) {
    switch (encoding.kind()) {
      case CLASSES -> count(encoding.isSparse() ? (int) y[0] : largest(y), largest(p));
      case TWO_CLASSES -> count(y[0] > 0 ? 1 : 0, p[0] > encoding.middle() ? 1 : 0);
      case LABELS -> {
        for (int k = 0; k < y.length; k++) {
          countLabel(k, y[k] > 0.5, p[k] > encoding.middle());
        }
      }
      case NUMBERS -> throw new IllegalStateException("numbers are not counted");
    }
  }

  private void count(int actual, int guess) {
    decisions++;
    hits += actual == guess ? 1 : 0;
    there[actual]++;
    predicted[guess]++;
    both[actual] += actual == guess ? 1 : 0;
  }

  private void countLabel(int label, boolean actual, boolean guess) {
    decisions++;
    hits += actual == guess ? 1 : 0;
    there[label] += actual ? 1 : 0;
    predicted[label] += guess ? 1 : 0;
    both[label] += actual && guess ? 1 : 0;
  }

  private static int largest(double[] numbers) {
    int best = 0;
    for (int k = 1; k < numbers.length; k++) {
      best = numbers[k] > numbers[best] ? k : best;
    }
    return best;
  }

  long examples() {
    return examples;
  }

  double accuracy() {
    return ratio(hits, decisions);
  }

  double precision() {
    return mean(k -> ratio(both[k], predicted[k]));
  }

  double recall() {
    return mean(k -> ratio(both[k], there[k]));
  }

  double f1() {
    return mean(k -> ratio(2 * both[k], predicted[k] + there[k]));
  }

  private double mean(IntToDoubleFunction ofClass) {
    return IntStream.range(0, there.length)
        .filter(k -> there[k] + predicted[k] > 0)
        .mapToDouble(ofClass)
        .average()
        .orElse(0);
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  /** What is suspicious of so few hits; null if nothing is. */
  @Nullable String warning() {
    double chance = 1.0 / choices;
    double limit = chance + DEVIATIONS * Math.sqrt(chance * (1 - chance) / Math.max(1, decisions));
    if (decisions < ENOUGH || accuracy() > limit) {
      return null;
    }
    return String.format(
        Locale.ROOT,
        "an accuracy of %.4f is near chance, %.4f for %d classes: are the classes in the model's"
            + " order (--classes), and is the scale that of its training (--scale)?",
        accuracy(),
        chance,
        choices);
  }
}
