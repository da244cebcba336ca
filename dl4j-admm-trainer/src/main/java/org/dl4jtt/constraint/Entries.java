package org.dl4jtt.constraint;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.dl4jtt.internal.Finite;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The numbers of a weight in plain Java: in double, in 'c' order of the parameter's shape, and as
 * one row for each output.
 *
 * <pre>
 *   parameter                                   rows [O, P·I], the position slow, the input fast
 *   [I, O]            dense, embedding, LSTM    P = 1
 *   [O, I, kH, kW]    convolution               P = kH·kW; with three spatial axes kD·kH·kW
 * </pre>
 */
final class Entries {
  private final long[] shape;
  private final double[] values;

  private Entries(long[] shape, double[] values) {
    this.shape = shape;
    this.values = values;
  }

  /**
   * A copy of a weight's numbers.
   *
   * @throws IllegalArgumentException if one of them is NaN or infinite
   */
  static Entries of(INDArray weight) {
    Finite.check(weight, "projected");
    long[] shape = weight.shape();
    double[] values =
        weight
            .dup('c')
            .reshape('c', new long[] {weight.length()})
            .castTo(DataType.DOUBLE)
            .toDoubleVector();
    return new Entries(shape, values);
  }

  /** In 'c' order; changes are written by {@link #write}. */
  double[] values() {
    return values;
  }

  /** Magnitudes, in the same order. */
  double[] magnitudes() {
    return Arrays.stream(values).map(Math::abs).toArray();
  }

  /** O. */
  int outputs() {
    checkRows();
    return (int) shape[isMatrix() ? 1 : 0];
  }

  /** I. */
  int inputs() {
    checkRows();
    return (int) shape[isMatrix() ? 0 : 1];
  }

  /** P. */
  int positions() {
    return values.length / (outputs() * inputs());
  }

  /** Where {@link #values()} has the entry of an output, a position and an input. */
  int place(int output, int position, int input) {
    return isMatrix()
        ? input * outputs() + output
        : (output * inputs() + input) * positions() + position;
  }

  /** A copy as [O, P·I]. */
  double[][] rows() {
    int inputs = inputs();
    double[][] rows = new double[outputs()][inputs * positions()];
    forEach((o, column, place) -> rows[o][column] = values[place]);
    return rows;
  }

  /** Takes over numbers given as [O, P·I]. */
  void setRows(double[][] rows) {
    forEach((o, column, place) -> values[place] = rows[o][column]);
  }

  /** Σ of squares of the entries of each output. */
  double[] outputSquares() {
    double[] squares = new double[outputs()];
    forEach((o, column, place) -> squares[o] += values[place] * values[place]);
    return squares;
  }

  /** Σ of squares of the entries of each input, over all positions. */
  double[] inputSquares() {
    int inputs = inputs();
    double[] squares = new double[inputs];
    forEach((o, column, place) -> squares[column % inputs] += values[place] * values[place]);
    return squares;
  }

  /** One entry: its output, its column position · I + input, and its place in the values. */
  interface Visitor {
    void visit(int output, int column, int place);
  }

  /** Visits every entry. */
  void forEach(Visitor visitor) {
    int outputs = outputs();
    int inputs = inputs();
    int positions = positions();
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < inputs; i++) {
        for (int p = 0; p < positions; p++) {
          visitor.visit(o, p * inputs + i, place(o, p, i));
        }
      }
    }
  }

  private boolean isMatrix() {
    return shape.length == 2;
  }

  private void checkRows() {
    argument(
        shape.length == 2 || shape.length == 4 || shape.length == 5,
        "a weight of shape %s is neither a matrix [inputs, outputs] nor a kernel [outputs, inputs,"
            + " kH, kW]: this set needs to know what is an output",
        Arrays.toString(shape));
  }

  /** Overwrites a parameter of the same shape, any memory order and type. */
  void write(INDArray out) {
    argument(
        Arrays.equals(shape, out.shape()),
        "a weight of shape %s was to be projected into an array of shape %s",
        Arrays.toString(shape),
        Arrays.toString(out.shape()));
    out.assign(Nd4j.createFromArray(values).castTo(out.dataType()).reshape('c', shape));
  }

  /** The indices of the {@code count} largest numbers, rising; of equal ones the first. */
  static int[] largest(double[] numbers, int count) {
    if (count >= numbers.length) {
      return IntStream.range(0, numbers.length).toArray();
    }
    double[] sorted = numbers.clone();
    Arrays.sort(sorted);
    double threshold = sorted[numbers.length - count];
    int above = (int) Arrays.stream(numbers).filter(x -> x > threshold).count();
    int[] chosen = new int[count];
    int ties = count - above;
    int n = 0;
    for (int i = 0; i < numbers.length && n < count; i++) {
      boolean tie = numbers[i] == threshold && ties-- > 0;
      if (numbers[i] > threshold || tie) {
        chosen[n++] = i;
      }
    }
    return chosen;
  }
}
