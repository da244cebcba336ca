package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import java.util.Optional;
import org.dl4jtt.tool.model.ModelOutput;
import org.dl4jtt.tool.model.ModelTask;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Labels as the loss of a model wants them.
 *
 * <pre>
 *   CLASSES       one 1 among 0s; -1 and 1 for a hinge loss; the number of the class for a sparse one
 *   TWO_CLASSES   [n, 1] of 0 and 1, or -1 and 1
 *   LABELS        a 0 or 1 for each label
 *   NUMBERS       as they are
 * </pre>
 */
public final class Encoding {

  /** What outputs are judged as. */
  public enum Kind {
    /** The largest output is the class. */
    CLASSES,
    /** One output, on one side of the middle or the other. */
    TWO_CLASSES,
    /** Each output on one side of the middle or the other. */
    LABELS,
    /** Numbers to be met. */
    NUMBERS
  }

  private final Kind kind;
  private final ModelTask task;
  private final int outputs;
  private final @Nullable Classes classes;

  private Encoding(Kind kind, ModelTask task, int outputs, @Nullable Classes classes) {
    this.kind = kind;
    this.task = task;
    this.outputs = outputs;
    this.classes = classes;
  }

  /** For a model with these outputs, and data with these labels. */
  static Encoding of(
      ModelTask task, ModelOutput output, LabelKind labels, @Nullable Classes classes) {
    int outputs = output.classes();
    Kind kind =
        switch (labels) {
          case NAMES -> outputs == 1 ? Kind.TWO_CLASSES : Kind.CLASSES;
          case NUMBERS -> ofNumbers(task);
          case NONE -> ofNone(task, outputs);
        };
    return new Encoding(kind, task, outputs, classes);
  }

  private static Kind ofNumbers(ModelTask task) {
    return switch (task.family()) {
      case CLASSES -> Kind.CLASSES;
      case LABELS -> Kind.LABELS;
      case NUMBERS -> Kind.NUMBERS;
    };
  }

  private static Kind ofNone(ModelTask task, int outputs) {
    return task.family() == ModelTask.Family.CLASSES && outputs == 1
        ? Kind.TWO_CLASSES
        : ofNumbers(task);
  }

  /** What outputs are judged as. */
  public Kind kind() {
    return kind;
  }

  /** Classes by name; empty where labels are numbers. */
  public Optional<Classes> classes() {
    return Optional.ofNullable(classes);
  }

  /** A single output, or one of several labels, above it is a yes. */
  public double middle() {
    return task.middle();
  }

  /** Whether the labels are the numbers of classes, in place of 0s and a 1. */
  public boolean isSparse() {
    return kind == Kind.CLASSES && task.sparse() && classes != null;
  }

  /** [n, width] of one label for each example, or [n, width, steps] of one for each step. */
  INDArray encode(Examples.Batch batch, boolean perStep) {
    int n = batch.steps().length;
    int width = isSparse() ? 1 : outputs;
    float low = task.signs() && kind != Kind.LABELS ? -1 : 0;
    float[][][] y = new float[n][width][perStep ? batch.longest() : 1];
    for (int row = 0; row < n; row++) {
      int steps = batch.steps()[row];
      for (int t = perStep ? 0 : steps - 1; t < steps; t++) {
        float[] label = label(batch, row, t, low);
        for (int k = 0; k < width; k++) {
          y[row][k][perStep ? t : 0] = label[k];
        }
      }
    }
    INDArray labels = Nd4j.createFromArray(y);
    return perStep ? labels : labels.reshape('c', new long[] {n, width});
  }

  private float[] label(Examples.Batch batch, int row, int step, float low) {
    if (classes == null) {
      float[] numbers = batch.numbers().get(row)[step];
      argument(
          numbers.length == outputs,
          "the model gives %d numbers for each example or step, the data has %d columns of labels",
          outputs,
          numbers.length);
      return numbers;
    }
    int index = classes.indexOf(batch.names().get(row)[step]);
    if (isSparse()) {
      return new float[] {index};
    }
    float[] label = new float[outputs];
    Arrays.fill(label, low);
    if (kind == Kind.TWO_CLASSES) {
      label[0] = index == 1 ? 1 : low;
    } else {
      label[index] = 1;
    }
    return label;
  }
}
