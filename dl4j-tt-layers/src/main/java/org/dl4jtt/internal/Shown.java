package org.dl4jtt.internal;

import org.jspecify.annotations.Nullable;

/** What stands in a file, for a message: not longer than a line, and without control characters. */
public final class Shown {
  private static final int MOST = 100;

  private Shown() {}

  /** The beginning of a text. */
  public static String of(@Nullable Object value) {
    String text = String.valueOf(value);
    String start = text.length() <= MOST ? text : text.substring(0, MOST - 1) + "…";
    return start.replaceAll("[\\p{Cntrl}\\s]+", " ");
  }
}
