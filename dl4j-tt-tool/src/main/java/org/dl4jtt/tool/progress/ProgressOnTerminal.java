package org.dl4jtt.tool.progress;

import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** One bar over the whole program, redrawn in place. */
final class ProgressOnTerminal implements Progress {
  private final ProgressBar bar;

  ProgressOnTerminal(long total, String unit) {
    this.bar =
        new ProgressBarBuilder()
            .setTaskName("training")
            .setInitialMax(total)
            .setUnit(" " + unit, 1)
            .setStyle(ProgressBarStyle.UNICODE_BLOCK)
            .setUpdateIntervalMillis(500)
            .showSpeed()
            .build();
  }

  @Override
  public Stage stage(String name, int epochs) {
    bar.setExtraMessage(" " + name);
    return new Stage() {
      @Override
      public void advance(int images) {
        bar.stepBy(images);
      }

      @Override
      public void epochDone(int epoch, double loss, double accuracy) {
        bar.setExtraMessage(
            Double.isNaN(accuracy)
                ? String.format(Locale.ROOT, " %s %d/%d loss %.3f", name, epoch, epochs, loss)
                : String.format(
                    Locale.ROOT, " %s %d/%d %.1f %%", name, epoch, epochs, 100 * accuracy));
      }
    };
  }

  @Override
  public void close() {
    bar.close();
  }
}
