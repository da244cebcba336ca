package org.dl4jtt.constraint;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.dl4jtt.tensor.Metric;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weights of which whole outputs and whole inputs are zero: at most so many of each are left. An
 * input of a kernel is left with all its positions. Such a weight can become a smaller layer.
 *
 * <p>With one of the two binding, the projection keeps those of largest norm, and is exactly the
 * nearest member. With both, to choose the best block is NP-hard: the better is taken of outputs
 * first and inputs first, each then improved in turns until nothing changes. It keeps at least the
 * share {@code max(outputs / O, inputs / I)} of the energy that the nearest member keeps, since the
 * best rows of the best columns hold at least their share of what those hold.
 *
 * @param outputs outputs left, at least 1; {@link #ALL}, or any number not below O, keeps all
 * @param inputs inputs left, likewise
 */
public record ChannelSet(int outputs, int inputs) implements ConstraintSet {
  /** Leaves all channels of a side. */
  public static final int ALL = Integer.MAX_VALUE;

  /** Checks the numbers. */
  public ChannelSet {
    argument(outputs >= 1, "%d outputs kept; keep at least 1, or ALL", outputs);
    argument(inputs >= 1, "%d inputs kept; keep at least 1, or ALL", inputs);
  }

  @Override
  public void project(INDArray weight, INDArray out) {
    Entries entries = Entries.of(weight);
    Block block = Block.best(energies(entries), outputs, inputs);
    double[] values = entries.values();
    int n = entries.inputs();
    entries.forEach(
        (o, column, place) -> {
          if (!block.outputs.get(o) || !block.inputs.get(column % n)) {
            values[place] = 0;
          }
        });
    entries.write(out);
  }

  /**
   * Keeps the channels that matter most to the loss, each entry counting {@code h_o C_ii w²}; the
   * inputs left then make up for those that went. Never farther in the metric than the projection
   * without it.
   */
  @Override
  public void project(INDArray weight, Metric metric, INDArray out) {
    INDArray plain = Projection.of(this, weight);
    if (InputMoment.isTrivial(metric, weight)) {
      out.assign(plain);
      return;
    }
    Entries entries = Entries.of(weight);
    InputMoment moment = InputMoment.of(metric, entries);
    double[][] rows = entries.rows();
    int n = entries.inputs();
    double[][] energies = new double[rows.length][n];
    entries.forEach(
        (o, column, place) ->
            energies[o][column % n] +=
                moment.output(o) * moment.input(column) * Math.pow(rows[o][column], 2));
    Block block = Block.best(energies, outputs, inputs);
    BitSet columns = new BitSet();
    for (int column = 0; column < rows[0].length; column++) {
      columns.set(column, block.inputs.get(column % n));
    }
    for (int o = 0; o < rows.length; o++) {
      if (block.outputs.get(o)) {
        moment.keep(rows[o], columns);
      } else {
        Arrays.fill(rows[o], 0);
      }
    }
    entries.setRows(rows);
    INDArray calibrated = Projection.like(weight);
    entries.write(calibrated);
    InputMoment.writeBetter(metric, weight, plain, calibrated, out);
  }

  /** [O, I], squares summed over the positions. */
  private static double[][] energies(Entries entries) {
    double[][] energies = new double[entries.outputs()][entries.inputs()];
    int n = entries.inputs();
    double[] values = entries.values();
    entries.forEach((o, column, place) -> energies[o][column % n] += values[place] * values[place]);
    return energies;
  }

  @Override
  public ConstraintSet relaxed(double progress) {
    return progress >= 1 ? this : new Relaxed(outputs, inputs, progress);
  }

  /** Leaves more channels: geometric between all of them and the target. */
  private record Relaxed(int outputs, int inputs, double progress) implements ConstraintSet {
    @Override
    public void project(INDArray weight, INDArray out) {
      Entries entries = Entries.of(weight);
      new ChannelSet(
              between(entries.outputs(), outputs, progress),
              between(entries.inputs(), inputs, progress))
          .project(weight, out);
    }

    private static int between(int all, int target, double progress) {
      return Relaxation.between(all, Math.min(all, target), progress);
    }
  }

  @Override
  public String toString() {
    return name(outputs) + " outputs, " + name(inputs) + " inputs";
  }

  private static String name(int count) {
    return count == ALL ? "all" : String.valueOf(count);
  }

  /** Some rows and some columns. */
  private record Block(BitSet outputs, BitSet inputs, double energy) {

    static Block best(double[][] energies, int rows, int columns) {
      int o = energies.length;
      int i = energies[0].length;
      Block byInputs = improved(energies, all(o), rows, columns);
      if (rows >= o || columns >= i) {
        return byInputs; // one side has nothing to choose
      }
      BitSet first = largest(sums(energies, all(i), true), rows);
      Block byOutputs = improved(energies, first, rows, columns);
      return byOutputs.energy > byInputs.energy ? byOutputs : byInputs;
    }

    /** The best columns of the rows, the best rows of those, until the energy stays. */
    private static Block improved(double[][] energies, BitSet start, int rows, int columns) {
      BitSet outputs = start;
      double before = -1;
      while (true) {
        BitSet inputs = largest(sums(energies, outputs, false), columns);
        double[] ofOutputs = sums(energies, inputs, true);
        outputs = largest(ofOutputs, rows);
        double energy = outputs.stream().mapToDouble(o -> ofOutputs[o]).sum();
        if (energy <= before) {
          return new Block(outputs, inputs, energy);
        }
        before = energy;
      }
    }

    private static double[] sums(double[][] energies, BitSet over, boolean ofRows) {
      int n = ofRows ? energies.length : energies[0].length;
      return IntStream.range(0, n)
          .mapToDouble(
              k -> over.stream().mapToDouble(j -> ofRows ? energies[k][j] : energies[j][k]).sum())
          .toArray();
    }

    private static BitSet all(int n) {
      BitSet all = new BitSet();
      all.set(0, n);
      return all;
    }

    private static BitSet largest(double[] numbers, int count) {
      BitSet chosen = new BitSet();
      Arrays.stream(Entries.largest(numbers, count)).forEach(chosen::set);
      return chosen;
    }
  }
}
