package org.dl4jtt.tool.progress;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** One line for each epoch, with its rate and the time left of the whole. */
final class ProgressInLines implements Progress {
  private final long total;
  private final String unit;
  private final PrintStream out;
  private final LongSupplier nanoClock;
  private final long start;
  private final AtomicLong done = new AtomicLong();

  ProgressInLines(long total, String unit, PrintStream out, LongSupplier nanoClock) {
    this.total = total;
    this.unit = unit;
    this.out = out;
    this.nanoClock = nanoClock;
    this.start = nanoClock.getAsLong();
  }

  @Override
  public Stage stage(String name, int epochs) {
    return new Lines(name, epochs);
  }

  private final class Lines implements Stage {
    private final String name;
    private final int epochs;
    private long epochStart = nanoClock.getAsLong();
    private long inEpoch;

    Lines(String name, int epochs) {
      this.name = name;
      this.epochs = epochs;
    }

    @Override
    public void advance(int images) {
      inEpoch += images;
      done.addAndGet(images);
    }

    @Override
    public void epochDone(int epoch, double loss, double accuracy) {
      long now = nanoClock.getAsLong();
      double rate = inEpoch / seconds(now - epochStart);
      long left = (long) secondsLeft(now);
      out.print(
          String.format(
              Locale.ROOT,
              "%-10s epoch %2d/%d  loss %.4f%s  %,.0f %s/s  %d:%02d left%n",
              name,
              epoch,
              epochs,
              loss,
              Double.isNaN(accuracy)
                  ? ""
                  : String.format(Locale.ROOT, "  accuracy %.1f %%", 100 * accuracy),
              rate,
              unit,
              left / 60,
              left % 60));
      out.flush();
      epochStart = now;
      inEpoch = 0;
    }
  }

  private double secondsLeft(long now) {
    long soFar = done.get();
    return soFar == 0 ? 0 : seconds(now - start) * Math.max(0, total - soFar) / soFar;
  }

  private static double seconds(long nanos) {
    return Math.max(nanos, 1) / 1e9;
  }

  @Override
  public void close() {}
}
