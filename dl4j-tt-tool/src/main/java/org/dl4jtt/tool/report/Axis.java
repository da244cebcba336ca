package org.dl4jtt.tool.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * An axis of a chart.
 *
 * @param low at its beginning
 * @param high at its end
 * @param logarithmic distances are those of logarithms
 * @param ticks where numbers stand
 */
record Axis(double low, double high, boolean logarithmic, List<Double> ticks) {

  /** About so many round numbers over the range of the values. */
  static Axis linear(double[] values, int about) {
    double low = Arrays.stream(values).min().orElse(0);
    double high = Arrays.stream(values).max().orElse(1);
    if (high - low < 1e-12 * Math.max(1, Math.abs(high))) {
      low -= 0.5;
      high += 0.5;
    }
    double rough = (high - low) / about;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step =
        power * (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : rough / power < 7.5 ? 5 : 10);
    List<Double> ticks = new ArrayList<>();
    double first = Math.floor(low / step);
    double last = Math.ceil(high / step);
    for (double i = first; i <= last; i++) {
      ticks.add(i * step);
    }
    return new Axis(first * step, last * step, false, ticks);
  }

  /** Powers of ten, not more than four; what is under them lies on the axis. */
  static Axis logarithmic(double[] values) {
    int low = (int) Math.floor(Math.log10(Arrays.stream(values).min().orElse(0.1)));
    int high = (int) Math.ceil(Math.log10(Arrays.stream(values).max().orElse(1)));
    high = Math.max(high, low + 1);
    low = Math.max(low, high - 4);
    List<Double> ticks = new ArrayList<>();
    for (int i = low; i <= high; i++) {
      ticks.add(Math.pow(10, i));
    }
    return new Axis(Math.pow(10, low), Math.pow(10, high), true, ticks);
  }

  /** From 0 at the beginning to 1 at the end. */
  double position(double value) {
    double share =
        logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    return Math.max(0, Math.min(1, share));
  }

  /** A tick as text. */
  String name(double tick) {
    if (logarithmic) {
      return tick >= 0.01 && tick <= 100
          ? String.format(Locale.ROOT, tick >= 1 ? "%.0f" : tick >= 0.1 ? "%.1f" : "%.2f", tick)
          : String.format(Locale.ROOT, "1e%d", Math.round(Math.log10(tick)));
    }
    double step = ticks.size() > 1 ? ticks.get(1) - ticks.get(0) : 1;
    if (Math.abs(high) >= 1e4) {
      return Math.abs(high) >= 1e6
          ? String.format(Locale.ROOT, step < 1e6 ? "%.1fM" : "%.0fM", tick / 1e6)
          : String.format(Locale.ROOT, "%.0fk", tick / 1e3);
    }
    return String.format(Locale.ROOT, step > 0.99 ? "%.0f" : step > 0.099 ? "%.1f" : "%.2f", tick);
  }
}
