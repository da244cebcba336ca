package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.dl4jtt.tool.model.LoadedModel;
import org.dl4jtt.tool.model.ModelInput;
import org.dl4jtt.tool.model.ModelOutput;
import org.dl4jtt.tool.model.ModelTask;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.factory.Nd4j;

/** Examples as a certain model wants them: in its order of dimensions, scaled, with its labels. */
public final class Feed {
  private final Examples examples;
  private final ModelInput input;
  private final Optional<DataNormalization> normalizer;
  private final ModelOutput output;
  private final Encoding encoding;

  private Feed(
      Examples examples,
      ModelInput input,
      Optional<DataNormalization> normalizer,
      ModelOutput output,
      Encoding encoding) {
    this.examples = examples;
    this.input = input;
    this.normalizer = normalizer;
    this.output = output;
    this.encoding = encoding;
  }

  /**
   * How the examples of a command are fed.
   *
   * @param scaling where the model has no normalizer; null for the usual one
   * @param classes names of all classes in their order; null for those of the data
   */
  public record Options(@Nullable Scaling scaling, @Nullable List<String> classes) {}

  /** Connects a model and its examples; one example is run through the model. */
  public static Feed of(LoadedModel model, Examples examples, Options options) throws IOException {
    return of(model, List.of(examples), List.of("only"), options).get(0);
  }

  /** The same for examples to learn from and others, with classes that are numbered over both. */
  public static List<Feed> ofBoth(LoadedModel model, Examples train, Examples test, Options options)
      throws IOException {
    return of(model, List.of(train, test), List.of("training", "test"), options);
  }

  /**
   * Connects.
   *
   * @throws IllegalArgumentException saying what the model wants and what the data gives
   */
  private static List<Feed> of(
      LoadedModel model, List<Examples> parts, List<String> names, Options options)
      throws IOException {
    ModelTask task = ModelTask.of(model.model());
    ModelOutput output = null;
    for (Examples part : parts) {
      ModelOutput found = output(model, part);
      argument(
          output == null || output.equals(found),
          "%s gives outputs of another form for the test data than for the training data",
          model.file());
      output = found;
    }
    ModelOutput given = Objects.requireNonNull(output);
    LabelKind kind = parts.get(0).labelKind();
    for (Examples part : parts) {
      argument(
          part.labelKind() == kind,
          "the labels of the training data and of the test data are of different kinds (%s and %s)",
          kind,
          part.labelKind());
    }
    Classes classes = classes(model, parts, names, given, options.classes);
    Encoding encoding = Encoding.of(task, given, kind, classes);
    return parts.stream()
        .map(
            part ->
                new Feed(
                    part, model.input(), normalizer(model, part, options.scaling), given, encoding))
        .toList();
  }

  private static @Nullable Classes classes(
      LoadedModel model,
      List<Examples> parts,
      List<String> names,
      ModelOutput output,
      @Nullable List<String> given) {
    if (output.isImage() || parts.get(0).labelKind() == LabelKind.NUMBERS) {
      return null;
    }
    int room = output.classes() == 1 ? 2 : output.classes();
    if (given != null) {
      argument(
          given.size() == room,
          "%s tells %d classes apart, --classes names %d",
          model.file(),
          room,
          given.size());
      Classes all = Classes.of(given);
      parts.forEach(part -> part.labels().forEach(all::indexOf));
      return all;
    }
    if (parts.get(0).labelKind() == LabelKind.NONE) {
      return null;
    }
    List<Classes.Part> labels =
        IntStream.range(0, parts.size())
            .mapToObj(i -> new Classes.Part(names.get(i), parts.get(i).labels()))
            .toList();
    return Classes.of(model.file().toString(), room, labels);
  }

  private static ModelOutput output(LoadedModel model, Examples examples) throws IOException {
    ModelInput input = model.input();
    String offered = ShapeMatch.describe(examples.type());
    argument(
        ShapeMatch.fits(input, examples.type()),
        "%s wants %s, the data gives %s",
        model.file(),
        input,
        offered);
    INDArray first = ShapeMatch.arrange(input, examples.batch(new int[] {0}).features());
    try {
      return ModelOutput.of(model.model(), first, input.channelsLast());
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
  }

  private static Optional<DataNormalization> normalizer(
      LoadedModel model, Examples examples, @Nullable Scaling scaling) {
    return model.normalizer().or(() -> orUsual(scaling, examples.type()).normalizer());
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

  /** What their labels mean to the model. */
  public Encoding encoding() {
    return encoding;
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
    return encoding.classes().map(Classes::names).orElse(List.of());
  }

  DataSet dataSet(int[] indices) throws IOException {
    Examples.Batch batch = examples.batch(indices);
    DataSet data = new DataSet(ShapeMatch.arrange(input, batch.features()), null);
    boolean sequences = examples.type() instanceof InputType.InputTypeRecurrent;
    INDArray mask = sequences ? mask(batch) : null;
    data.setFeaturesMaskArray(mask);
    normalizer.ifPresent(n -> n.preProcess(data));
    data.setLabels(labels(batch, data.getFeatures()));
    data.setLabelsMaskArray(output.perStep() ? mask : null);
    return data;
  }

  private @Nullable INDArray labels(Examples.Batch batch, INDArray features) {
    if (examples.labelKind() == LabelKind.NONE) {
      return output.likeFeatures(features);
    }
    INDArray labels = encoding.encode(batch, output.perStep());
    return output.perStep() && input.channelsLast() ? labels.permute(0, 2, 1).dup('c') : labels;
  }

  /** 1 where a sequence still goes on; null if all are of one length. */
  private static @Nullable INDArray mask(Examples.Batch batch) {
    int longest = batch.longest();
    if (Arrays.stream(batch.steps()).allMatch(steps -> steps == longest)) {
      return null;
    }
    float[][] mask = new float[batch.steps().length][longest];
    for (int row = 0; row < mask.length; row++) {
      Arrays.fill(mask[row], 0, batch.steps()[row], 1);
    }
    return Nd4j.createFromArray(mask);
  }
}
