package org.dl4jtt.contraction;

import java.util.List;
import java.util.Locale;

/** How a matrix in tensor form multiplies a batch of one size: a {@link Path} with its products. */
public final class MatrixPlan {
  private final Path path;
  private final List<Step> steps;
  private final boolean batchFirst;
  private final long batch;
  private final boolean training;
  private final double cost;

  MatrixPlan(
      Path path, List<Step> steps, boolean batchFirst, long batch, boolean training, double cost) {
    this.path = path;
    this.steps = List.copyOf(steps);
    this.batchFirst = batchFirst;
    this.batch = batch;
    this.training = training;
    this.cost = cost;
  }

  /** Which cores are merged, and from which end they are applied. */
  public Path path() {
    return path;
  }

  /**
   * Predicted seconds, forward and (if planned for training) backward; in inference on average over
   * calls of which most find the cores merged.
   */
  public double cost() {
    return cost;
  }

  /**
   * Floating-point operations of one forward pass that merges the cores, two for each multiply-add.
   */
  public double flops() {
    return steps.stream().mapToDouble(s -> s.forward().flops() + s.group().flops()).sum();
  }

  /** Those of the products with the batch alone: all of them where the merged cores are kept. */
  public double batchFlops() {
    return steps.stream().mapToDouble(s -> s.forward().flops()).sum();
  }

  /** The groups, their products, and the prediction. */
  public String describe() {
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%s; batch %d %s, %s: %.3g MFLOP forward, predicted %.3g ms%n",
                path,
                batch,
                batchFirst ? "first" : "last",
                training ? "training" : "inference",
                flops() / 1e6,
                cost * 1e3));
    for (Step step : steps) {
      Product p = step.fused();
      long[] s = step.group().shape();
      text.append(
          String.format(
              Locale.ROOT,
              "  cores [%d, %d, %d, %d] (%.3g MFLOP to merge): %d x [%d x %d] [%d x %d]%n",
              s[0],
              s[1],
              s[2],
              s[3],
              step.group().flops() / 1e6,
              p.calls(),
              p.rows(),
              p.inner(),
              p.inner(),
              p.columns()));
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return describe();
  }

  List<Step> steps() {
    return steps;
  }

  /** Numbers in all groups. */
  double groupLength() {
    return steps.stream().mapToDouble(step -> step.group().length()).sum();
  }

  boolean training() {
    return training;
  }
}
