package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.dl4jtt.tool.model.LoadedModel;
import org.dl4jtt.tool.model.ModelInput;
import org.dl4jtt.tool.model.ModelOutput;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.factory.Nd4j;

/** Examples as a certain model wants them: in its order of dimensions, scaled, with its classes. */
public final class Feed {
  private final Examples examples;
  private final ModelInput input;
  private final Optional<DataNormalization> normalizer;
  private final ModelOutput output;

  private Feed(
      Examples examples,
      ModelInput input,
      Optional<DataNormalization> normalizer,
      ModelOutput output) {
    this.examples = examples;
    this.input = input;
    this.normalizer = normalizer;
    this.output = output;
  }

  /**
   * Connects the two; one example is run through the model.
   *
   * @param scaling where the model has no normalizer; null for the usual one
   * @throws IllegalArgumentException saying what the model wants and what the data gives
   */
  public static Feed of(LoadedModel model, Examples examples, @Nullable Scaling scaling)
      throws IOException {
    ModelInput input = model.input();
    String offered = ShapeMatch.describe(examples.type());
    argument(
        ShapeMatch.fits(input, examples.type()),
        "%s wants %s, the data gives %s",
        model.file(),
        input,
        offered);
    Optional<DataNormalization> normalizer =
        model.normalizer().or(() -> orUsual(scaling, examples.type()).normalizer());
    INDArray first = ShapeMatch.arrange(input, examples.batch(new int[] {0}).features());
    ModelOutput output;
    try {
      output = ModelOutput.of(model.model(), first, input.channelsLast());
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s wants %s and cannot be run on the data's %s: %s",
              model.file(),
              input,
              offered,
              e.getMessage()),
          e);
    }
    Classes classes = examples.classes();
    boolean fewer = classes.numbered() && classes.names().size() <= output.classes();
    argument(
        fewer || classes.names().size() == output.classes(),
        "%s tells %d classes apart, the data has %s",
        model.file(),
        output.classes(),
        classes);
    return new Feed(examples, input, normalizer, output);
  }

  private static Scaling orUsual(@Nullable Scaling scaling, InputType type) {
    if (scaling != null) {
      return scaling;
    }
    return type.getType() == InputType.Type.CNN ? Scaling.UNIT : Scaling.NONE;
  }

  /** The examples as they are in the files. */
  public Examples examples() {
    return examples;
  }

  /** What the model gives for each. */
  public ModelOutput output() {
    return output;
  }

  /** What is done to the features; empty for nothing. */
  public Optional<DataNormalization> normalizer() {
    return normalizer;
  }

  /** The model's input, the size of images included. */
  public ModelInput input() {
    return examples.type() instanceof InputType.InputTypeConvolutional image
        ? input.withSize(image.getHeight(), image.getWidth())
        : input;
  }

  /** Batches in the order of the files. */
  public DataSetIterator inOrder(int batch) {
    return in(IntStream.range(0, examples.count()).toArray(), batch);
  }

  /** Batches in an order of indices. */
  public DataSetIterator in(int[] order, int batch) {
    return new Batches(this, order, batch);
  }

  /** Reads everything once, so that a damaged file is found before it costs hours. */
  public void readAll() throws IOException {
    int step = 64;
    for (int i = 0; i < examples.count(); i += step) {
      examples.batch(IntStream.range(i, Math.min(examples.count(), i + step)).toArray());
    }
  }

  long inputSize() {
    return input.size();
  }

  List<String> labels() {
    return examples.classes().names();
  }

  DataSet dataSet(int[] indices) throws IOException {
    Examples.Batch batch = examples.batch(indices);
    DataSet data = new DataSet(ShapeMatch.arrange(input, batch.features()), labels(batch));
    if (input.kind() == ModelInput.Kind.SEQUENCE) {
      INDArray mask = mask(batch);
      data.setFeaturesMaskArray(mask);
      data.setLabelsMaskArray(output.perStep() ? mask : null);
    }
    normalizer.ifPresent(n -> n.preProcess(data));
    return data;
  }

  private INDArray labels(Examples.Batch batch) {
    int n = batch.labels().size();
    if (!output.perStep()) {
      float[][] y = new float[n][output.classes()];
      for (int row = 0; row < n; row++) {
        int[] steps = batch.labels().get(row);
        y[row][steps[steps.length - 1]] = 1;
      }
      return Nd4j.createFromArray(y);
    }
    float[][][] y = new float[n][output.classes()][steps(batch)];
    for (int row = 0; row < n; row++) {
      for (int t = 0; t < batch.labels().get(row).length; t++) {
        y[row][batch.labels().get(row)[t]][t] = 1;
      }
    }
    INDArray labels = Nd4j.createFromArray(y);
    return input.channelsLast() ? labels.permute(0, 2, 1).dup('c') : labels;
  }

  /** 1 where a sequence still goes on; null if all are of one length. */
  private static @Nullable INDArray mask(Examples.Batch batch) {
    int steps = steps(batch);
    if (batch.labels().stream().allMatch(labels -> labels.length == steps)) {
      return null;
    }
    float[][] mask = new float[batch.labels().size()][steps];
    for (int row = 0; row < mask.length; row++) {
      Arrays.fill(mask[row], 0, batch.labels().get(row).length, 1);
    }
    return Nd4j.createFromArray(mask);
  }

  private static int steps(Examples.Batch batch) {
    return batch.labels().stream().mapToInt(labels -> labels.length).max().orElse(1);
  }
}
