package org.dl4jtt.examples;

import static org.dl4jtt.internal.Check.argument;

import java.util.LinkedHashMap;
import java.util.Map;
import org.dl4jtt.examples.trial.EpochBudget;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** The learning rates of every run, as a schedule of DL4J's own over the network's epochs. */
final class LearningRates {
  /** Further training starts again at this share of the first peak. */
  private static final double RESTART = 0.5;

  private LearningRates() {}

  /**
   * Half a cosine from {@code peak} to almost 0 over the base epochs, then another from half the
   * peak over the further ones.
   */
  static ISchedule twoCosines(double peak, int base, int further) {
    argument(peak > 0, "learning rate %s; it must be positive", peak);
    argument(
        base >= 1 && further >= 1, "%d base and %d further epochs; give 1 or more", base, further);
    return cosines(peak, base, further);
  }

  /**
   * The same with further epochs in two parts, of which each has half a cosine of its own: what is
   * decomposed is fine-tuned at rates that can change it.
   */
  static ISchedule threeCosines(double peak, int base, EpochBudget further) {
    return cosines(peak, base, further.constrained(), further.fineTuning());
  }

  /** The first from the peak, each other from a share of it. */
  private static ISchedule cosines(double peak, int... parts) {
    Map<Integer, Double> rates = new LinkedHashMap<>();
    for (int part = 0; part < parts.length; part++) {
      double start = part == 0 ? peak : RESTART * peak;
      for (int epoch = 0; epoch < parts[part]; epoch++) {
        rates.put(rates.size(), start * cosine(epoch, parts[part]));
      }
    }
    return new MapSchedule(ScheduleType.EPOCH, rates);
  }

  private static double cosine(int epoch, int epochs) {
    return 0.5 * (1 + Math.cos(Math.PI * epoch / epochs));
  }
}
