package org.dl4jtt.tool;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dl4jtt.tool.data.Encoding;
import org.dl4jtt.tool.data.Feed;
import org.dl4jtt.tool.model.LoadedModel;
import org.dl4jtt.tool.model.ModelOutput;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What a model says of examples. */
@Command(
    name = "predict",
    sortOptions = false,
    description = "What a model says of each example, one line each; labels need not be there.")
final class PredictCommand implements Callable<Integer> {

  /**
   * What is said of an example, or of a step of a sequence.
   *
   * @param example file, and line if there are several examples in it
   * @param step of a sequence, from 0; null for what is no sequence
   * @param label class or labels; null for numbers
   * @param probability of the class; null where outputs are none
   * @param outputs all numbers of the model
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Prediction(
      String example,
      @Nullable Integer step,
      @Nullable String label,
      @Nullable Double probability,
      List<Double> outputs) {}

  @Mixin private final ModelOptions model = new ModelOptions();
  @Mixin private final DataArguments data = new DataArguments();
  @Mixin private final CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws IOException {
    LoadedModel loaded = model.read();
    Feed feed = Feed.of(loaded, data.source(loaded).readForPrediction(loaded), data.feed());
    List<Prediction> predictions = new ArrayList<>();
    DataSetIterator batches = feed.inOrder(data.batch());
    int example = 0;
    while (batches.hasNext()) {
      DataSet batch = batches.next();
      INDArray outputs =
          ModelOutput.run(loaded.model(), batch.getFeatures(), batch.getFeaturesMaskArray());
      for (int row = 0; row < outputs.size(0); row++) {
        add(predictions, feed, example++, outputs.slice(row), mask(batch, row));
      }
    }
    common.answer(predictions, () -> text(predictions) + DataNotes.of(feed));
    return 0;
  }

  private static @Nullable INDArray mask(DataSet batch, int row) {
    INDArray mask = batch.getFeaturesMaskArray();
    return mask == null ? null : mask.slice(row);
  }

  private static void add(
      List<Prediction> predictions,
      Feed feed,
      int example,
      INDArray output,
      @Nullable INDArray mask) {
    String name = feed.examples().name(example);
    if (!feed.output().perStep()) {
      predictions.add(of(feed, name, null, numbers(output)));
      return;
    }
    INDArray steps = feed.input().channelsLast() ? output : output.transpose();
    for (int t = 0; t < steps.size(0); t++) {
      if (mask == null || mask.getDouble(t) != 0) {
        predictions.add(of(feed, name, t, numbers(steps.slice(t))));
      }
    }
  }

  private static double[] numbers(INDArray array) {
    return array.dup('c').data().asDouble();
  }

  private static Prediction of(Feed feed, String name, @Nullable Integer step, double[] outputs) {
    Encoding encoding = feed.encoding();
    List<Double> all = Arrays.stream(outputs).boxed().toList();
    return switch (encoding.kind()) {
      case CLASSES -> {
        int best =
            IntStream.range(0, outputs.length)
                .reduce((a, b) -> outputs[b] > outputs[a] ? b : a)
                .orElse(0);
        boolean probabilities = encoding.middle() == 0.5;
        yield new Prediction(
            name, step, label(encoding, best), probabilities ? outputs[best] : null, all);
      }
      case TWO_CLASSES -> {
        boolean second = outputs[0] > encoding.middle();
        boolean probability = encoding.middle() == 0.5;
        yield new Prediction(
            name,
            step,
            label(encoding, second ? 1 : 0),
            probability ? (second ? outputs[0] : 1 - outputs[0]) : null,
            all);
      }
      case LABELS ->
          new Prediction(
              name,
              step,
              IntStream.range(0, outputs.length)
                  .filter(k -> outputs[k] > encoding.middle())
                  .mapToObj(k -> label(encoding, k))
                  .collect(Collectors.joining(" ")),
              null,
              all);
      case NUMBERS -> new Prediction(name, step, null, null, all);
    };
  }

  private static String label(Encoding encoding, int index) {
    return encoding
        .classes()
        .map(classes -> classes.names().get(index))
        .orElse(String.valueOf(index));
  }

  private static String text(List<Prediction> predictions) {
    StringBuilder text = new StringBuilder();
    for (Prediction p : predictions) {
      text.append(p.example);
      text.append(p.step == null ? "" : ", step " + p.step).append("  ");
      if (p.label == null) {
        text.append(p.outputs.stream().map(PredictCommand::plain).collect(Collectors.joining(" ")));
      } else {
        text.append(p.label.isEmpty() ? "none" : p.label);
        text.append(p.probability == null ? "" : "  " + plain(p.probability));
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String plain(double number) {
    return String.format(Locale.ROOT, "%.4g", number);
  }
}
