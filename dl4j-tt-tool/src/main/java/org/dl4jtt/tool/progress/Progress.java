package org.dl4jtt.tool.progress;

import java.io.PrintStream;

/**
 * Where a program tells how far it is; work is counted in images. Runs that go on side by side may
 * share it: every method may be called from any thread.
 */
public interface Progress extends AutoCloseable {

  /**
   * A bar with rate and time left if a person watches, plain lines if the output goes to a file or
   * a pipe.
   *
   * @param images all the work there will be
   */
  static Progress start(long images, PrintStream out) {
    return start(images, "images", out);
  }

  /** The same for work that is counted in something else. */
  @SuppressWarnings("SystemConsoleNull") // from JDK 22 on the build passes -Djdk.console=java.base
  static Progress start(long all, String unit, PrintStream out) {
    return System.console() == null
        ? new ProgressInLines(all, unit, out, System::nanoTime)
        : new ProgressOnTerminal(all, unit);
  }

  /** One line for each epoch. */
  static Progress plain(long images, PrintStream out) {
    return new ProgressInLines(images, "images", out, System::nanoTime);
  }

  /** A new stage of so many epochs begins. */
  Stage stage(String name, int epochs);

  @Override
  void close();

  /** A part of the work that has epochs of its own. */
  interface Stage {
    /** So many images, or what else is counted, more are done. */
    void advance(int images);

    /** An epoch of the stage is over; the first one is 1. An accuracy of NaN is left out. */
    void epochDone(int epoch, double loss, double accuracy);
  }
}
