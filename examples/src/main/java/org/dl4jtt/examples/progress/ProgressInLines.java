package org.dl4jtt.examples.progress;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/** One line for each epoch, with rate and time left. */
final class ProgressInLines implements Progress {
  private final long total;
  private final PrintStream out;
  private final LongSupplier nanoClock;
  private final long start;

  private String stage = "";
  private int epochs;
  private long done;
  private long doneAtEpochStart;
  private long epochStart;

  ProgressInLines(long total, PrintStream out, LongSupplier nanoClock) {
    this.total = total;
    this.out = out;
    this.nanoClock = nanoClock;
    this.start = nanoClock.getAsLong();
    this.epochStart = start;
  }

  @Override
  public void stage(String name, int epochs) {
    this.stage = name;
    this.epochs = epochs;
    beginEpoch();
  }

  @Override
  public void advance(int images) {
    done += images;
  }

  @Override
  public void epochDone(int epoch, double loss, double accuracy) {
    long now = nanoClock.getAsLong();
    double rate = (done - doneAtEpochStart) / seconds(now - epochStart);
    double left = done == 0 ? 0 : seconds(now - start) * Math.max(0, total - done) / done;
    out.printf(
        Locale.ROOT,
        "%-10s epoch %2d/%d  loss %.4f  accuracy %.1f %%  %,.0f images/s  %d:%02d left%n",
        stage,
        epoch,
        epochs,
        loss,
        100 * accuracy,
        rate,
        (long) left / 60,
        (long) left % 60);
    out.flush();
    beginEpoch();
  }

  private void beginEpoch() {
    epochStart = nanoClock.getAsLong();
    doneAtEpochStart = done;
  }

  private static double seconds(long nanos) {
    return Math.max(nanos, 1) / 1e9;
  }

  @Override
  public void close() {}
}
