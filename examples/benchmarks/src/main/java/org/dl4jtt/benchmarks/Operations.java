package org.dl4jtt.benchmarks;

import java.util.Objects;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.dl4jtt.contraction.MatrixContraction;
import org.dl4jtt.contraction.MatrixPlan;
import org.dl4jtt.layers.TensorDense;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Floating-point operations of one call, two for a multiply-add. A training step takes three times
 * those of a forward pass: the outputs, the gradient of the weights and that of the inputs.
 */
final class Operations {
  private static final int TRAINING = 3;

  private Operations() {}

  /** NaN where they are not counted. */
  static double of(BenchmarkParams params) {
    String name = params.getBenchmark();
    boolean training = name.endsWith(".fit");
    if (name.contains(DenseBenchmark.class.getSimpleName())) {
      return ofMatrix(
          DenseBenchmark.Shape.valueOf(params.getParam("shape")),
          DenseBenchmark.Contender.valueOf(params.getParam("contender")),
          Integer.parseInt(params.getParam("batch")),
          training);
    }
    if (name.contains(ConvolutionBenchmark.class.getSimpleName())) {
      ConvolutionBenchmark.Stage stage =
          ConvolutionBenchmark.Stage.valueOf(params.getParam("stage"));
      long each =
          stage.multiplications(
              ConvolutionBenchmark.Contender.valueOf(params.getParam("contender")));
      return 2.0 * each * stage.positions() * ConvolutionBenchmark.BATCH * passes(training);
    }
    return Double.NaN;
  }

  /** In tensor form: what the chosen plan does; inference keeps the merged cores. */
  static double ofMatrix(
      DenseBenchmark.Shape shape, DenseBenchmark.Contender contender, int batch, boolean training) {
    Layer layer = DenseBenchmark.layer(shape, contender);
    if (!(layer instanceof TensorDense tensor)) {
      return 2.0 * batch * shape.inputs() * shape.outputs() * passes(training);
    }
    MatrixPlan plan =
        MatrixContraction.of(Objects.requireNonNull(tensor.getForm())).plan(batch, 'c', training);
    return training ? TRAINING * plan.flops() : plan.batchFlops();
  }

  private static int passes(boolean training) {
    return training ? TRAINING : 1;
  }
}
