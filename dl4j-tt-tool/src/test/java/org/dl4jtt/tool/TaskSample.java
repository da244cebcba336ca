package org.dl4jtt.tool;

import java.util.function.IntFunction;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A task: its loss, its outputs, how labels are written, and when an output is right. */
enum TaskSample {
  SOFTMAX(LossFunction.MCXENT, Activation.SOFTMAX, 3, k -> "" + k, Judge.LARGEST),
  NAMES(LossFunction.MCXENT, Activation.SOFTMAX, 3, k -> "abc".substring(k, k + 1), Judge.LARGEST),
  FROM_ONE(LossFunction.MCXENT, Activation.SOFTMAX, 3, k -> "" + (k + 1), Judge.LARGEST),
  SPARSE(LossFunction.SPARSE_MCXENT, Activation.SOFTMAX, 3, k -> "" + k, Judge.LARGEST),
  SQUARES_OF_CLASSES(LossFunction.MSE, Activation.SIGMOID, 3, k -> "" + k, Judge.LARGEST),
  HINGE(LossFunction.HINGE, Activation.TANH, 3, k -> "" + k, Judge.LARGEST),
  SQUARED_HINGE(LossFunction.SQUARED_HINGE, Activation.IDENTITY, 3, k -> "" + k, Judge.LARGEST),
  ONE_SIGMOID(LossFunction.XENT, Activation.SIGMOID, 1, k -> k > 1 ? "yes" : "no", Judge.HALF),
  ONE_SIGMOID_OF_NUMBERS(LossFunction.XENT, Activation.SIGMOID, 1, k -> "" + k / 2, Judge.HALF),
  ONE_HINGE(LossFunction.HINGE, Activation.TANH, 1, k -> k > 1 ? "1" : "-1", Judge.ZERO),
  SEVERAL_LABELS(LossFunction.XENT, Activation.SIGMOID, 2, k -> k % 2 + "," + k / 2, Judge.EACH),
  ONE_NUMBER(LossFunction.MSE, Activation.IDENTITY, 1, k -> "" + 0.5 * k, Judge.DISTANCE),
  NUMBERS(LossFunction.MSE, Activation.IDENTITY, 2, k -> 0.5 * k + ",-" + k, Judge.DISTANCE),
  ABSOLUTE(LossFunction.MEAN_ABSOLUTE_ERROR, Activation.IDENTITY, 1, k -> "" + k, Judge.DISTANCE);

  /** How many kinds of examples there are: k is 0, 1 or 2. */
  static final int KINDS = 3;

  final LossFunction loss;
  final Activation activation;
  final int outputs;
  private final IntFunction<String> cells;
  private final Judge judge;

  /** When an output is right. */
  private enum Judge {
    LARGEST,
    HALF,
    ZERO,
    EACH,
    DISTANCE
  }

  TaskSample(
      LossFunction loss,
      Activation activation,
      int outputs,
      IntFunction<String> cells,
      Judge judge) {
    this.loss = loss;
    this.activation = activation;
    this.outputs = outputs;
    this.cells = cells;
    this.judge = judge;
  }

  /** Numbers are to be met, classes and labels to be told. */
  boolean isOfNumbers() {
    return judge == Judge.DISTANCE;
  }

  /** Whether a folder can be the label. */
  boolean isOfClasses() {
    return judge != Judge.DISTANCE && judge != Judge.EACH;
  }

  /** The label of an example of kind k, as a table has it. */
  String cells(int k) {
    return cells.apply(k);
  }

  /** Means over all examples, entry by entry. */
  static final class Oracle {
    private final TaskSample task;
    private double sum;
    private int count;

    Oracle(TaskSample task) {
      this.task = task;
    }

    /** Judges the output for an example of kind k: right or wrong, or the squared distance. */
    void add(float[] y, int k) {
      String[] cells = task.cells(k).split(",");
      switch (task.judge) {
        case LARGEST -> {
          int best = 0;
          for (int i = 1; i < y.length; i++) {
            best = y[i] > y[best] ? i : best;
          }
          one(best == k ? 1 : 0);
        }
        case HALF -> one(y[0] > 0.5 == k > 1 ? 1 : 0);
        case ZERO -> one(y[0] > 0 == k > 1 ? 1 : 0);
        case EACH -> {
          for (int i = 0; i < y.length; i++) {
            one(y[i] > 0.5 == cells[i].equals("1") ? 1 : 0);
          }
        }
        case DISTANCE -> {
          for (int i = 0; i < y.length; i++) {
            one(Math.pow(y[i] - Double.parseDouble(cells[i]), 2));
          }
        }
      }
    }

    private void one(double value) {
      sum += value;
      count++;
    }

    double mean() {
      return sum / count;
    }
  }
}
