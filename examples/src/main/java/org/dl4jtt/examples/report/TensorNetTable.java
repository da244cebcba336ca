package org.dl4jtt.examples.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** The table of {@link org.dl4jtt.examples.TensorNetExperiment}, in Markdown. */
public final class TensorNetTable {
  private TensorNetTable() {}

  /** One layer shape; its figures are collected seed by seed. */
  public static final class Row {
    private final String layer;
    private final List<Double> fromScratch = new ArrayList<>();
    private final List<Double> secondsPerEpoch = new ArrayList<>();
    private final List<Double> beforeFineTuning = new ArrayList<>();
    private final List<Double> afterFineTuning = new ArrayList<>();
    private long weights;

    /** An empty row. */
    public Row(String layer) {
      this.layer = layer;
    }

    /** A network trained from its initialisation. */
    public void fromScratch(
        MultiLayerNetwork network, String hidden, double accuracy, double seconds) {
      weights =
          network.getLayer(hidden).numParams() - network.getLayer(hidden).getParam("b").length();
      fromScratch.add(accuracy);
      secondsPerEpoch.add(seconds);
    }

    /** A network made from the trained dense one. */
    public void converted(double before, double after) {
      beforeFineTuning.add(before);
      afterFineTuning.add(after);
    }
  }

  /** Accuracies in percent, mean ± standard deviation over the seeds. */
  public static String of(List<Row> rows) {
    StringBuilder table =
        new StringBuilder(
            """
            | 1024 x 1024 layer | weights | trained from scratch, % | converted, % | converted and fine-tuned, % | s / epoch |
            |---|---|---|---|---|---|
            """);
    for (Row row : rows) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %,d | %s | %s | %s | %.2f |%n",
              row.layer,
              row.weights,
              percent(row.fromScratch),
              percent(row.beforeFineTuning),
              percent(row.afterFineTuning),
              mean(row.secondsPerEpoch)));
    }
    return table.toString();
  }

  private static String percent(List<Double> values) {
    return values.isEmpty()
        ? ""
        : String.format(Locale.ROOT, "%.2f ± %.2f", 100 * mean(values), 100 * deviation(values));
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  /** With n - 1; 0 for a single value. */
  private static double deviation(List<Double> values) {
    double mean = mean(values);
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1));
  }
}
