package org.dl4jtt.internal;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Argument checks whose messages are formatted only when they are needed. */
public final class Check {
  private Check() {}

  /**
   * Throws an {@link IllegalArgumentException} unless {@code condition} holds.
   *
   * @param message a {@link String#format} pattern: the culprit, the values, the way out
   */
  @FormatMethod
  public static void argument(boolean condition, String message, @Nullable Object... values) {
    if (!condition) {
      throw new IllegalArgumentException(String.format(Locale.ROOT, message, values));
    }
  }

  /** Throws an {@link IllegalStateException} unless {@code condition} holds. */
  @FormatMethod
  public static void state(boolean condition, String message, @Nullable Object... values) {
    if (!condition) {
      throw new IllegalStateException(String.format(Locale.ROOT, message, values));
    }
  }

  /** The value, which must not be null: an {@link IllegalArgumentException} if it is. */
  @FormatMethod
  public static <T> T present(@Nullable T value, String message, @Nullable Object... values) {
    if (value == null) {
      throw new IllegalArgumentException(String.format(Locale.ROOT, message, values));
    }
    return value;
  }
}
