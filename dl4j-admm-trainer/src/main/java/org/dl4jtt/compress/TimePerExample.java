package org.dl4jtt.compress;

import java.util.Locale;
import org.dl4jtt.plan.NetworkTime;

/**
 * What an example takes before and after compression, predicted and measured, with native helpers
 * in both networks.
 *
 * @param dense the network as it was given
 * @param small what became of it
 */
public record TimePerExample(NetworkTime dense, NetworkTime small) {

  /** How many times faster the small network is by the clock. */
  public double measuredSpeedup() {
    return dense.measured() / small.measured();
  }

  /** The same by the cost models, which count matrices and kernels alone. */
  public double predictedSpeedup() {
    return dense.predicted() / small.predicted();
  }

  /** A table for people. */
  @Override
  public String toString() {
    return String.format(
            Locale.ROOT, "µs per example at batch %d   predicted   measured%n", dense.batch())
        + line("dense", dense)
        + line("small", small)
        + String.format(
            Locale.ROOT, "times faster %25.2f %10.2f%n", predictedSpeedup(), measuredSpeedup());
  }

  private static String line(String name, NetworkTime time) {
    return String.format(
        Locale.ROOT, "%s %33.1f %10.1f%n", name, 1e6 * time.predicted(), 1e6 * time.measured());
  }
}
