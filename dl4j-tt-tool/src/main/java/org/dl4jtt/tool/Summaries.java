package org.dl4jtt.tool;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.admm.AdmmHistory;
import org.dl4jtt.compress.Compression;
import org.dl4jtt.compress.CompressionReport;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.LeftAlone;
import org.dl4jtt.plan.NetworkLayer;
import org.dl4jtt.plan.PlannedWeight;
import org.dl4jtt.tensor.Spectra;
import org.dl4jtt.tool.model.LoadedModel;
import org.dl4jtt.tool.model.LoadedModel.Kind;
import org.dl4jtt.tool.model.ModelFacts;
import org.dl4jtt.tool.model.ModelFacts.LayerFacts;
import org.dl4jtt.tool.model.ModelInput;
import org.dl4jtt.tool.report.Summary;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What came of a compression: measured, counted, put together. */
final class Summaries {
  private static final double SECONDS = 0.6;
  private static final int MANY = 64;

  private Summaries() {}

  static Summary of(
      LoadedModel loaded, Compression<? extends Model> done, TrainingData examples, Path small)
      throws IOException {
    ModelInput input = examples.train().input();
    LoadedModel before =
        new LoadedModel(loaded.file(), loaded.kind(), loaded.model(), loaded.normalizer(), input);
    LoadedModel after =
        new LoadedModel(small, Kind.DL4J_ZIP, done.network(), loaded.normalizer(), input);
    CompressionReport report = done.report();
    List<Summary.Side> sides = sides(before, after, report, examples);
    return new Summary(
        String.valueOf(loaded.file().getFileName()),
        description(examples),
        examples.scoreName(),
        examples.trainingCount(),
        examples.testCount(),
        sides.get(0),
        sides.get(1),
        stages(report),
        layers(before, after, report.plan()),
        spectra(loaded.model(), report.plan()),
        residuals(report.history()),
        report.plan().toJson());
  }

  private static String description(TrainingData examples) {
    return examples.train().input()
        + examples.train().encoding().classes().map(classes -> ", " + classes).orElse("");
  }

  private static List<Summary.Stage> stages(CompressionReport report) {
    return report.stages().stream()
        .map(
            s ->
                new Summary.Stage(
                    ShowProgress.name(s.stage()), s.score(), s.weights(), s.seconds()))
        .toList();
  }

  /** Times of a pair of models, taken in turn. */
  private static List<Summary.Side> sides(
      LoadedModel before, LoadedModel after, CompressionReport report, TrainingData examples)
      throws IOException {
    List<LoadedModel> models = List.of(before, after);
    List<Latency> one = Latency.of(models, examples.features(1), SECONDS);
    List<Latency> many = Latency.of(models, repeated(examples.features(MANY)), SECONDS);
    double[] accuracies = {
      report.stages().get(0).score(), report.stages().get(report.stages().size() - 1).score()
    };
    List<Summary.Side> sides = new ArrayList<>();
    for (int i = 0; i < models.size(); i++) {
      ModelFacts facts = ModelFacts.of(models.get(i), false);
      sides.add(
          new Summary.Side(
              accuracies[i],
              facts.weights(),
              facts.flops(),
              zipBytes(models.get(i).model()),
              one.get(i).millis(),
              many.get(i).millis()));
    }
    return sides;
  }

  /** As many examples as are timed, over and over if there are fewer. */
  private static INDArray repeated(INDArray features) {
    long times = (MANY + features.size(0) - 1) / features.size(0);
    INDArray[] copies = new INDArray[(int) times];
    Arrays.fill(copies, features);
    INDArray all = times == 1 ? features : Nd4j.concat(0, copies);
    return all.get(NDArrayIndex.interval(0, MANY)).dup('c');
  }

  private static long zipBytes(Model model) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(model, bytes, false);
    return bytes.size();
  }

  private static List<Summary.Layer> layers(
      LoadedModel before, LoadedModel after, CompressionPlan plan) {
    Map<String, LayerFacts> small = new LinkedHashMap<>();
    ModelFacts.of(after, false).layers().forEach(layer -> small.put(layer.layer(), layer));
    List<Summary.Layer> layers = new ArrayList<>();
    for (LayerFacts layer : ModelFacts.of(before, false).layers()) {
      // an output layer NAME becomes a tensor layer NAME-tt and a loss
      LayerFacts now =
          Optional.ofNullable(small.get(layer.layer()))
              .or(() -> Optional.ofNullable(small.get(layer.layer() + "-tt")))
              .orElse(layer);
      List<PlannedWeight> planned = plan.weightsOf(layer.layer());
      layers.add(
          new Summary.Layer(
              layer.layer(),
              layer.type(),
              now.type(),
              layer.weights(),
              now.weights(),
              layer.flops(),
              now.flops(),
              form(planned, plan.leftAlone(), layer.layer()),
              planned.isEmpty() ? null : planned.get(0).relativeError()));
    }
    return layers;
  }

  private static @Nullable String form(
      List<PlannedWeight> planned, List<LeftAlone> leftAlone, String layer) {
    if (!planned.isEmpty()) {
      boolean one = planned.size() == 1;
      return planned.stream()
          .map(w -> (one ? "" : w.parameter() + " ") + w.form())
          .collect(Collectors.joining("; "));
    }
    return leftAlone.stream()
        .filter(l -> l.layer().equals(layer) && !PlanTable.goesWithoutSaying(l))
        .map(l -> "stays: " + l.reason())
        .findFirst()
        .orElse(null);
  }

  private static List<Summary.Spectrum> spectra(Model model, CompressionPlan plan) {
    Map<String, NetworkLayer> layers = new LinkedHashMap<>();
    NetworkLayer.of(model).forEach(layer -> layers.put(layer.name(), layer));
    List<Summary.Spectrum> all = new ArrayList<>();
    for (PlannedWeight weight : plan.weights()) {
      NetworkLayer layer = layers.get(weight.layer());
      INDArray parameter = layer == null ? null : layer.parameters().get(weight.parameter());
      if (parameter == null) {
        continue;
      }
      Spectra spectra = Spectra.of(parameter, weight.form().tensorization());
      List<Summary.Unfolding> unfoldings = new ArrayList<>();
      for (int k = 1; k <= spectra.unfoldings(); k++) {
        double[] values = spectra.singularValues(k);
        double largest = values[0] > 0 ? values[0] : 1;
        unfoldings.add(
            new Summary.Unfolding(
                Arrays.stream(values).mapToObj(v -> v / largest).toList(),
                weight.form().ranks().get(k)));
      }
      all.add(new Summary.Spectrum(weight.layer() + " " + weight.parameter(), unfoldings));
    }
    return all;
  }

  private static List<Summary.Residuals> residuals(List<AdmmHistory.Entry> history) {
    Map<String, List<Double>> distances = new LinkedHashMap<>();
    for (AdmmHistory.Entry entry : history) {
      distances
          .computeIfAbsent(entry.layer() + " " + entry.parameter(), name -> new ArrayList<>())
          .add(entry.found().relativeDistance());
    }
    return distances.entrySet().stream()
        .map(e -> new Summary.Residuals(e.getKey(), e.getValue()))
        .toList();
  }

  /** For the terminal. */
  static String text(Summary summary, Path folder) {
    TextTable table = new TextTable("", "before", "after", "ratio");
    Summary.Side before = summary.before();
    Summary.Side after = summary.after();
    table.row(
        summary.score(),
        String.format(Locale.ROOT, "%.4f", before.accuracy()),
        String.format(Locale.ROOT, "%.4f", after.accuracy()),
        String.format(Locale.ROOT, "%+.4f", after.accuracy() - before.accuracy()));
    row(table, "weights", before.weights(), after.weights());
    if (before.flops() != null && after.flops() != null) {
      row(table, "flops", before.flops(), after.flops());
    }
    row(table, "zip, bytes", before.zipBytes(), after.zipBytes());
    millis(table, "ms for 1", before.millis1(), after.millis1());
    millis(table, "ms for " + MANY, before.millis64(), after.millis64());
    return table + "small.zip, dense.zip, report.html and report.json in " + folder + "\n";
  }

  private static void row(TextTable table, String name, long before, long after) {
    table.row(
        name,
        NumberFormats.whole(before),
        NumberFormats.whole(after),
        String.format(Locale.ROOT, "1/%.2f", (double) before / Math.max(1, after)));
  }

  private static void millis(TextTable table, String name, double before, double after) {
    table.row(
        name,
        String.format(Locale.ROOT, "%.3f", before),
        String.format(Locale.ROOT, "%.3f", after),
        String.format(Locale.ROOT, "1/%.2f", before / after));
  }
}
