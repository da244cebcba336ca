package org.dl4jtt.examples.report;

import static org.dl4jtt.examples.report.LineChart.line;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.dl4jtt.examples.trial.Outcome;
import org.dl4jtt.internal.files.WholeFile;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** One picture: accuracy over the budget of further epochs, a line for each way to spend it. */
public final class BudgetChart {
  private BudgetChart() {}

  /**
   * Writes a PNG.
   *
   * @param outcomes by the number of further epochs, the same runs in the same order for each
   * @param dotted the run whose accuracy before fine-tuning is shown, too
   */
  public static void write(Map<Integer, List<Outcome>> outcomes, String dotted, Path file)
      throws IOException {
    XYChart chart =
        LineChart.chart(
            "Accuracy on test images by the number of further epochs",
            "further epochs",
            "accuracy, %");
    List<Outcome> runs = outcomes.values().iterator().next();
    for (int k = 0; k < runs.size(); k++) {
      String run = runs.get(k).run();
      add(chart, run, outcomes, k, Outcome::after, false);
      if (run.equals(dotted)) {
        add(chart, run + ", before fine-tuning", outcomes, k, Outcome::before, true);
      }
    }
    WholeFile.write(file, out -> BitmapEncoder.saveBitmap(chart, out, BitmapFormat.PNG));
  }

  private static void add(
      XYChart chart,
      String name,
      Map<Integer, List<Outcome>> outcomes,
      int run,
      ToDoubleFunction<Outcome> accuracy,
      boolean dotted) {
    List<Double> x = outcomes.keySet().stream().map(Integer::doubleValue).toList();
    List<Double> y =
        outcomes.values().stream()
            .map(group -> 100 * accuracy.applyAsDouble(group.get(run)))
            .toList();
    var series = line(chart, name, x, y, LineChart.color(run), SeriesMarkers.CIRCLE);
    if (dotted) {
      LineChart.dotted(series);
    }
  }
}
