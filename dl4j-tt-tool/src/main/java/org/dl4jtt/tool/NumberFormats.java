package org.dl4jtt.tool;

import java.util.Locale;

/** NumberFormats for people. */
final class NumberFormats {
  private NumberFormats() {}

  /** {@code 1,234,567}. */
  static String whole(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** {@code 12.3 %}. */
  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
