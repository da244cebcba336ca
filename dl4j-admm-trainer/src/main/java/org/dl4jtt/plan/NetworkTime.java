package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.Experimental;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Time per example of a network, stock or tensor: what the cost models predict for its matrices and
 * kernels beside what the clock says of all of {@code output()}.
 *
 * <pre>{@code
 * System.out.println(NetworkTime.of(net, x) + "\n" + NetworkTime.of(small, x));
 * }</pre>
 *
 * <p>The prediction is for the machine of the cost models: compare ratios, small to dense, of one
 * column with those of the other. It leaves out pooling, normalization and activations, which
 * compression does not make faster.
 *
 * @param batch examples at once
 * @param predicted seconds for one example (of sequences: one step); see {@link NetworkCost}
 * @param measured seconds for one example: the median of {@value #RUNS} runs
 */
@Experimental
public record NetworkTime(int batch, double predicted, double measured) {
  private static final int RUNS = 11;
  private static final int WARM_UP = 3;

  /**
   * Measures.
   *
   * @param network an initialised MultiLayerNetwork or ComputationGraph
   * @param features a batch, one array for each input
   */
  public static NetworkTime of(Model network, INDArray... features) {
    return of(network, List.of(), features);
  }

  /**
   * The same with the input types, which a network of convolutions needs for the prediction unless
   * a preprocessor at the input tells them.
   */
  public static NetworkTime of(Model network, List<InputType> inputTypes, INDArray... features) {
    argument(features.length > 0, "a batch of examples is needed to measure the time of one");
    int batch = Math.toIntExact(features[0].size(0));
    double predicted = NetworkCost.of(network, inputTypes, batch).seconds();
    for (int i = 0; i < WARM_UP; i++) {
      output(network, features);
    }
    long[] runs = new long[RUNS];
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      output(network, features);
      runs[i] = System.nanoTime() - start;
    }
    Arrays.sort(runs);
    return new NetworkTime(batch, predicted, runs[RUNS / 2] / 1e9 / batch);
  }

  private static void output(Model network, INDArray... features) {
    if (network instanceof ComputationGraph graph) {
      graph.output(features);
    } else {
      ((MultiLayerNetwork) network).output(features[0]);
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.1f µs per example at batch %d; predicted for its matrices and kernels: %.1f µs",
        1e6 * measured,
        batch,
        1e6 * predicted);
  }
}
