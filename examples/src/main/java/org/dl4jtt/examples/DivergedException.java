package org.dl4jtt.examples;

/** A training whose loss is no longer a number. */
final class DivergedException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  DivergedException(String message) {
    super(message);
  }
}
