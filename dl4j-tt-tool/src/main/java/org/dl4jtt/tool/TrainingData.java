package org.dl4jtt.tool;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.dl4jtt.compress.EpochData;
import org.dl4jtt.tool.data.DataSource;
import org.dl4jtt.tool.data.DataSource.Part;
import org.dl4jtt.tool.data.Examples;
import org.dl4jtt.tool.data.Feed;
import org.dl4jtt.tool.data.Split;
import org.dl4jtt.tool.model.LoadedModel;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Examples to learn from, and others to be judged by. */
final class TrainingData {
  private final Feed train;
  private final Split split;
  private final Feed test;
  private final int[] testOrder;
  private final int batch;
  private @Nullable String warning;

  private TrainingData(Feed train, Split split, Feed test, int[] testOrder, int batch) {
    this.train = train;
    this.split = split;
    this.test = test;
    this.testOrder = testOrder;
    this.batch = batch;
  }

  /**
   * Reads both.
   *
   * @param testPath test data; null for that beside the training data, or a tenth of it
   */
  static TrainingData of(LoadedModel loaded, DataArguments data, @Nullable Path testPath, long seed)
      throws IOException {
    DataSource source = data.source(loaded);
    Examples all = source.read(Part.TRAIN, loaded);
    if (testPath == null && !source.has(Part.TEST)) {
      argument(all.count() >= 2, "%s has 1 example; two are needed at least", data.path());
      Feed train = Feed.of(loaded, all, data.feed());
      Split split = Split.holdOut(all.count(), seed);
      return new TrainingData(train, split, train, split.heldOut(), data.batch());
    }
    DataSource other = testPath == null ? source : data.source(testPath, loaded);
    Examples tests = other.read(Part.TEST, sized(loaded, all));
    List<Feed> both = Feed.ofBoth(loaded, all, tests, data.feed());
    return new TrainingData(
        both.get(0),
        Split.all(all.count(), seed),
        both.get(1),
        IntStream.range(0, tests.count()).toArray(),
        data.batch());
  }

  /** The model with the size of the training images, to which test images are brought. */
  private static LoadedModel sized(LoadedModel loaded, Examples training) {
    return training.type() instanceof InputType.InputTypeConvolutional image
            && loaded.input().height() == 0
        ? new LoadedModel(
            loaded.file(),
            loaded.kind(),
            loaded.model(),
            loaded.normalizer(),
            loaded.input().withSize(image.getHeight(), image.getWidth()))
        : loaded;
  }

  Feed train() {
    return train;
  }

  int trainingCount() {
    return split.trainingCount();
  }

  int testCount() {
    return testOrder.length;
  }

  int iterationsPerEpoch() {
    return (trainingCount() + batch - 1) / batch;
  }

  /** In an order of its own for every epoch. */
  EpochData epochs() {
    return EpochData.ofDataSets(epoch -> train.in(split.epoch(epoch), batch));
  }

  /** The score on the test examples. */
  double score(Model model) {
    Quality quality = Quality.of(model, test, test.in(testOrder, batch));
    warning = quality.warning();
    return quality.score();
  }

  /** What is suspicious of the last score; null if nothing is. */
  @Nullable String warning() {
    return warning;
  }

  /** Which class is which, and what was left out; empty if nothing is to be said. */
  String notes() {
    String classes =
        train
            .encoding()
            .classes()
            .filter(c -> !c.areNumbers())
            .map(c -> "classes: " + c.mapping() + "\n")
            .orElse("");
    return classes + DataNotes.of(train) + (test == train ? "" : DataNotes.of(test));
  }

  /** What {@link #score} is. */
  String scoreName() {
    return Quality.scoreName(test);
  }

  /** Features of so many training examples, as the model wants them; of all if there are fewer. */
  INDArray features(int examples) {
    int[] first = IntStream.range(0, Math.min(examples, train.examples().count())).toArray();
    return train.in(first, examples).next().getFeatures();
  }
}
