package org.dl4jtt.tool;

import java.nio.charset.Charset;

/** A curve of values from 0 to 1 in one line of text. */
final class Sparkline {
  private static final String BARS = "▁▂▃▄▅▆▇█";

  private Sparkline() {}

  /** Bars, or digits from 0 to 9 if the terminal's character set has no bars. */
  static String of(double[] values, Charset charset) {
    boolean bars = charset.newEncoder().canEncode(BARS);
    String levels = bars ? BARS : "0123456789";
    StringBuilder line = new StringBuilder();
    for (double value : values) {
      int level = (int) (value * levels.length());
      line.append(levels.charAt(Math.max(0, Math.min(levels.length() - 1, level))));
    }
    return line.toString();
  }
}
