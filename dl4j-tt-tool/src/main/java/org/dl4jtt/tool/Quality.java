package org.dl4jtt.tool;

import static org.dl4jtt.internal.Check.state;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.internal.FiniteNumbers;
import org.dl4jtt.tool.data.Classes;
import org.dl4jtt.tool.data.Encoding;
import org.dl4jtt.tool.data.Feed;
import org.dl4jtt.tool.model.ModelOutput;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * How good a model is: at classes and labels, or at numbers.
 *
 * @param examples or steps of sequences, where each has a label
 * @param accuracy share of the examples, or of all labels, that is right
 * @param precision mean over the classes that are in the data or were predicted; that of a class
 *     that was never predicted is 0
 * @param recall mean over the same classes; that of a class that is not in the data is 0
 * @param f1 mean over the same classes
 * @param mse mean of squared errors
 * @param mae mean of absolute errors
 * @param r2 1 - squared errors over the labels' squared distance from their mean; mean of the
 *     columns
 * @param columns of numbers, where there are several
 * @param classes which output is which; absent where labels are numbers from 0
 * @param warning what is suspicious; null if nothing is
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Quality(
    long examples,
    @Nullable Double accuracy,
    @Nullable Double precision,
    @Nullable Double recall,
    @Nullable Double f1,
    @Nullable Double mse,
    @Nullable Double mae,
    @Nullable Double r2,
    @Nullable List<RegressionScore> columns,
    @Nullable String classes,
    @Nullable String warning) {

  /** Of a model that need not have a loss: predictions are enough. */
  static Quality of(Model model, Feed feed, DataSetIterator batches) {
    Counts counts = new Counts();
    RegressionScores numbers = new RegressionScores();
    boolean regression = feed.encoding().kind() == Encoding.Kind.NUMBERS;
    while (batches.hasNext()) {
      DataSet batch = batches.next();
      INDArray given = ModelOutput.run(model, batch.getFeatures(), batch.getFeaturesMaskArray());
      state(
          FiniteNumbers.in(given), "the model gives NaN or infinity; check the scale of the data");
      INDArray labels = rows(feed, batch.getLabels());
      INDArray predictions = rows(feed, given);
      float[] mask = mask(batch.getLabelsMaskArray());
      if (regression) {
        numbers.add(labels, predictions, mask);
      } else {
        counts.add(feed.encoding(), labels, predictions, mask);
      }
    }
    return regression ? ofNumbers(numbers) : ofClasses(feed, counts);
  }

  private static Quality ofNumbers(RegressionScores numbers) {
    List<RegressionScore> columns = numbers.columns();
    RegressionScore mean = RegressionScore.mean(columns);
    return new Quality(
        numbers.count(),
        null,
        null,
        null,
        null,
        mean.mse(),
        mean.mae(),
        mean.r2(),
        columns.size() > 1 && columns.size() <= 100 ? columns : null,
        null,
        null);
  }

  private static Quality ofClasses(Feed feed, Counts counts) {
    String mapping =
        feed.encoding().classes().filter(c -> !c.areNumbers()).map(Classes::mapping).orElse(null);
    return new Quality(
        counts.examples(),
        counts.accuracy(),
        counts.precision(),
        counts.recall(),
        counts.f1(),
        null,
        null,
        null,
        null,
        mapping,
        counts.warning());
  }

  /** [n, width], or one row for every step of [n, width, steps] or pixel of [n, width, h, w]. */
  private static INDArray rows(Feed feed, INDArray array) {
    if (array.rank() == 2) {
      return array;
    }
    boolean last = feed.input().channelsLast();
    INDArray channelsLast =
        last ? array : array.rank() == 3 ? array.permute(0, 2, 1) : array.permute(0, 2, 3, 1);
    return channelsLast.dup('c').reshape('c', -1, channelsLast.size(channelsLast.rank() - 1));
  }

  private static float @Nullable [] mask(@Nullable INDArray mask) {
    return mask == null ? null : mask.dup('c').data().asFloat();
  }

  /** The number that a compression watches: the accuracy, or R². */
  double score() {
    Double score = accuracy == null ? r2 : accuracy;
    return score == null ? Double.NaN : score;
  }

  /** What {@link #score} is. */
  static String scoreName(Feed feed) {
    return feed.encoding().kind() == Encoding.Kind.NUMBERS ? "R2" : "accuracy";
  }

  /** For people, one line; more where there are several columns or something to be said. */
  String text(String unit) {
    StringBuilder text = new StringBuilder();
    if (accuracy != null) {
      text.append(
          String.format(
              Locale.ROOT,
              "accuracy %.4f  precision %.4f  recall %.4f  F1 %.4f  on %,d %s%n",
              accuracy,
              precision,
              recall,
              f1,
              examples,
              unit));
    } else {
      text.append(
          String.format(
              Locale.ROOT,
              "MSE %.6g  MAE %.6g  R2 %.4f  on %,d %s%n",
              mse,
              mae,
              r2,
              examples,
              unit));
    }
    if (columns != null) {
      for (int i = 0; i < columns.size(); i++) {
        RegressionScore c = columns.get(i);
        text.append(
            String.format(
                Locale.ROOT,
                "output %d: MSE %.6g  MAE %.6g  R2 %.4f%n",
                i,
                c.mse(),
                c.mae(),
                c.r2()));
      }
    }
    if (classes != null) {
      text.append("classes: ").append(classes).append('\n');
    }
    if (warning != null) {
      text.append("warning: ").append(warning).append('\n');
    }
    return text.toString();
  }
}
