package org.dl4jtt.tool.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code report.html}: one file that needs no other. */
public final class HtmlReport {
  private static final String TEMPLATE = "report.html";

  private HtmlReport() {}

  /** The page. */
  public static String of(Summary summary) throws IOException {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("model", Html.escape(summary.model()));
    parts.put("headline", Html.escape(headline(summary)));
    parts.put("data", Html.escape(data(summary)));
    parts.put("summary", sides(summary.score(), summary.before(), summary.after()));
    parts.put("score", Html.escape(summary.score()));
    parts.put("stages", stages(summary.stages()));
    parts.put(
        "accuracies",
        Html.figure("The " + summary.score() + " after each stage", accuracies(summary)));
    parts.put("sizes", Html.figure("Size against " + summary.score(), sizes(summary)));
    parts.put("layers", layers(summary.layers()));
    parts.put("residuals", residuals(summary));
    parts.put("spectra", spectra(summary));
    parts.put("plan", Html.escape(summary.plan()));
    String page = template();
    for (Map.Entry<String, String> part : parts.entrySet()) {
      page = page.replace("{{" + part.getKey() + "}}", part.getValue());
    }
    return page;
  }

  private static String template() throws IOException {
    try (InputStream in = HtmlReport.class.getResourceAsStream(TEMPLATE)) {
      if (in == null) {
        throw new IllegalStateException(TEMPLATE + " is missing from the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String headline(Summary s) {
    return String.format(
        Locale.ROOT,
        "%,d weights became %,d (1/%.1f); %s %s became %s",
        s.before().weights(),
        s.after().weights(),
        (double) s.before().weights() / s.after().weights(),
        s.score(),
        percent(s.before().accuracy()),
        percent(s.after().accuracy()));
  }

  private static String data(Summary s) {
    return String.format(
        Locale.ROOT,
        "%s. Learned from %,d, scores of %,d others.",
        s.data(),
        s.trainingExamples(),
        s.testExamples());
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  private static String sides(String score, Summary.Side before, Summary.Side after) {
    StringBuilder rows = new StringBuilder();
    rows.append(
        Html.row(
            score,
            percent(before.accuracy()),
            percent(after.accuracy()),
            String.format(
                Locale.ROOT, "%+.2f points", 100 * (after.accuracy() - before.accuracy()))));
    rows.append(counts("weights", before.weights(), after.weights()));
    if (before.flops() != null && after.flops() != null) {
      rows.append(counts("operations", before.flops(), after.flops()));
    }
    rows.append(counts("zip, bytes", before.zipBytes(), after.zipBytes()));
    rows.append(millis("time of 1 example", before.millis1(), after.millis1()));
    rows.append(millis("time of 64 examples", before.millis64(), after.millis64()));
    return rows.toString();
  }

  private static String counts(String name, long before, long after) {
    return Html.row(
        name,
        whole(before),
        whole(after),
        String.format(Locale.ROOT, "1/%.2f", (double) before / Math.max(1, after)));
  }

  private static String millis(String name, double before, double after) {
    return Html.row(
        name,
        String.format(Locale.ROOT, "%.2f ms", before),
        String.format(Locale.ROOT, "%.2f ms", after),
        String.format(Locale.ROOT, "1/%.2f", before / after));
  }

  private static String whole(@Nullable Long number) {
    return number == null ? "?" : String.format(Locale.ROOT, "%,d", number);
  }

  private static String stages(List<Summary.Stage> stages) {
    StringBuilder rows = new StringBuilder();
    for (Summary.Stage stage : stages) {
      rows.append(
          Html.row(
              stage.name(),
              percent(stage.accuracy()),
              whole(stage.weights()),
              String.format(Locale.ROOT, "%.0f s", stage.seconds())));
    }
    return rows.toString();
  }

  private static Chart accuracies(Summary summary) {
    List<Chart.Point> points = new ArrayList<>();
    List<Chart.Point> marks = new ArrayList<>();
    for (int i = 0; i < summary.stages().size(); i++) {
      Summary.Stage stage = summary.stages().get(i);
      points.add(Chart.Point.of(i, 100 * stage.accuracy()));
      marks.add(new Chart.Point(i, 100 * stage.accuracy(), stage.name()));
    }
    return new Chart(
        "", summary.score() + ", %", false, List.of(new Chart.Series("", points, marks)));
  }

  private static Chart sizes(Summary summary) {
    List<Chart.Point> points = new ArrayList<>();
    List<Chart.Point> marks = new ArrayList<>();
    for (Summary.Stage stage : summary.stages()) {
      if (!stage.name().equals("projected")) { // as large as the dense one
        points.add(Chart.Point.of((double) stage.weights(), 100 * stage.accuracy()));
        marks.add(new Chart.Point(stage.weights(), 100 * stage.accuracy(), stage.name()));
      }
    }
    return new Chart(
        "weights", summary.score() + ", %", false, List.of(new Chart.Series("", points, marks)));
  }

  private static String layers(List<Summary.Layer> layers) {
    StringBuilder rows = new StringBuilder();
    for (Summary.Layer layer : layers) {
      boolean same = layer.typeBefore().equals(layer.typeAfter());
      rows.append(
          Html.row(
              layer.layer(),
              same ? layer.typeBefore() : layer.typeBefore() + " → " + layer.typeAfter(),
              change(layer.weightsBefore(), layer.weightsAfter()),
              change(layer.flopsBefore(), layer.flopsAfter()),
              layer.error() == null ? "" : String.format(Locale.ROOT, "%.3f", layer.error()),
              layer.form() == null ? "" : layer.form()));
    }
    return rows.toString();
  }

  private static String change(@Nullable Long before, @Nullable Long after) {
    if (before == null || before.equals(after)) {
      return whole(before);
    }
    return whole(before) + " → " + whole(after);
  }

  private static String residuals(Summary summary) {
    List<Chart.Series> series = new ArrayList<>();
    for (Summary.Residuals weight : summary.residuals()) {
      List<Chart.Point> points = new ArrayList<>();
      for (int i = 0; i < weight.relativeDistance().size(); i++) {
        points.add(Chart.Point.of(i + 1, weight.relativeDistance().get(i)));
      }
      series.add(new Chart.Series(weight.weight(), points, List.of()));
    }
    return series.isEmpty()
        ? ""
        : Html.figure(
            "ADMM: distance of each weight W to the tensor Z that it is drawn to",
            new Chart("update", "|W - Z| / |W|", true, series));
  }

  private static String spectra(Summary summary) {
    StringBuilder figures = new StringBuilder();
    for (Summary.Spectrum weight : summary.spectra()) {
      List<Chart.Series> series = new ArrayList<>();
      for (int k = 0; k < weight.unfoldings().size(); k++) {
        Summary.Unfolding unfolding = weight.unfoldings().get(k);
        List<Chart.Point> points = new ArrayList<>();
        for (int i = 0; i < unfolding.values().size(); i++) {
          points.add(Chart.Point.of(i + 1, unfolding.values().get(i)));
        }
        int rank = Math.min(unfolding.rank(), unfolding.values().size());
        Chart.Point cut = Chart.Point.of(rank, unfolding.values().get(rank - 1));
        String name = String.format(Locale.ROOT, "unfolding %d, rank %d", k + 1, unfolding.rank());
        series.add(new Chart.Series(name, points, List.of(cut)));
      }
      figures.append(
          Html.figure(
              weight.weight(), new Chart("number", "singular value / largest", true, series)));
    }
    return figures.toString();
  }
}
