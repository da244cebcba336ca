package org.dl4jtt.examples.report;

import static org.dl4jtt.examples.report.LineChart.chart;
import static org.dl4jtt.examples.report.LineChart.line;

import java.io.IOException;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dl4jtt.internal.files.WholeFile;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * One picture: accuracy of every run, and residuals of every constrained weight, over the epochs.
 */
public final class HistoryChart {
  private HistoryChart() {}

  /** Writes a PNG. */
  public static void write(Report report, Path file) throws IOException {
    List<XYChart> charts = new ArrayList<>();
    charts.add(accuracy(report));
    charts.add(residuals(report));
    WholeFile.write(file, out -> BitmapEncoder.saveBitmap(charts, 2, 1, out, BitmapFormat.PNG));
  }

  private static XYChart accuracy(Report report) {
    XYChart chart =
        chart(
            String.format(
                Locale.ROOT,
                "Accuracy on test images: 1/%s of the weights, the same %d further epochs for"
                    + " each",
                shortNumber(1 / report.target().weights()),
                report.epochs().further()),
            "epoch",
            "accuracy, %");
    Map<String, List<EpochRow>> runs = new LinkedHashMap<>();
    for (EpochRow epoch : report.history()) {
      runs.computeIfAbsent(epoch.run(), run -> new ArrayList<>()).add(epoch);
    }
    int color = 0;
    for (Map.Entry<String, List<EpochRow>> run : runs.entrySet()) {
      List<Double> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      int offset = run.getKey().equals("base") ? 0 : report.epochs().base();
      if (offset > 0 && !run.getKey().equals("scratchTT")) {
        x.add((double) offset); // all but one go on from the base network
        y.add(100 * last(runs.get("base")).accuracy());
      }
      for (EpochRow epoch : run.getValue()) {
        x.add((double) offset + epoch.epoch());
        y.add(100 * epoch.accuracy());
      }
      line(chart, run.getKey(), x, y, LineChart.color(color++), SeriesMarkers.CIRCLE);
    }
    addProjected(chart, report);
    return chart;
  }

  private static EpochRow last(@Nullable List<EpochRow> epochs) {
    if (epochs == null || epochs.isEmpty()) {
      throw new IllegalArgumentException("the history has no run \"base\"");
    }
    return epochs.get(epochs.size() - 1);
  }

  /** 8, or 6.8: no zeros that say nothing. */
  private static String shortNumber(double value) {
    return new DecimalFormat("0.#", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(value);
  }

  private static void addProjected(XYChart chart, Report report) {
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    for (EpochRow epoch : report.history()) {
      if (epoch.projectedAccuracy() != null) {
        x.add((double) report.epochs().base() + epoch.epoch());
        y.add(100 * epoch.projectedAccuracy());
      }
    }
    if (!x.isEmpty()) {
      LineChart.dotted(
          line(chart, "admmTT, projected", x, y, LineChart.color(5), SeriesMarkers.DIAMOND));
    }
  }

  private static XYChart residuals(Report report) {
    XYChart chart =
        chart("ADMM: distance of each weight W to its tensor train Z", "epoch", "|W - Z| / |W|");
    chart.getStyler().setYAxisLogarithmic(true);
    Map<String, List<double[]>> layers = new LinkedHashMap<>();
    for (EpochRow epoch : report.history()) {
      List<EpochRow.LayerResidual> residuals = epoch.residuals();
      if (residuals == null) {
        continue;
      }
      for (EpochRow.LayerResidual residual : residuals) {
        if (residual.relative() > 0) { // the axis is logarithmic
          layers
              .computeIfAbsent(residual.layer(), name -> new ArrayList<>())
              .add(new double[] {report.epochs().base() + epoch.epoch(), residual.relative()});
        }
      }
    }
    int color = 1;
    for (Map.Entry<String, List<double[]>> layer : layers.entrySet()) {
      List<Double> x = layer.getValue().stream().map(point -> point[0]).toList();
      List<Double> y = layer.getValue().stream().map(point -> point[1]).toList();
      line(chart, layer.getKey(), x, y, LineChart.color(color++), SeriesMarkers.CIRCLE);
    }
    return chart;
  }
}
