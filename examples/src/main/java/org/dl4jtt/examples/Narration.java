package org.dl4jtt.examples;

import com.google.errorprone.annotations.FormatMethod;
import java.io.PrintStream;
import java.util.Locale;

/** What a walk-through says as it goes: numbered steps, prose, and what came out, indented. */
final class Narration {
  private static final int WIDTH = 92;

  private final PrintStream out;
  private int steps;

  Narration(PrintStream out) {
    this.out = out;
  }

  /** Begins a step. */
  void step(String title) {
    steps++;
    out.printf(Locale.ROOT, "%n%d. %s%n%n", steps, title);
  }

  /** Prose, wrapped to lines. */
  @FormatMethod
  void say(String text, Object... values) {
    StringBuilder line = new StringBuilder();
    for (String word : String.format(Locale.ROOT, text, values).strip().split("\\s+", -1)) {
      if (line.length() + word.length() >= WIDTH) {
        out.println(line.toString().strip());
        line.setLength(0);
      }
      line.append(word).append(' ');
    }
    out.println(line.toString().strip());
  }

  /** What came out, as it is. */
  @FormatMethod
  void show(String text, Object... values) {
    out.println(String.format(Locale.ROOT, text, values).strip().indent(4).stripTrailing());
  }
}
