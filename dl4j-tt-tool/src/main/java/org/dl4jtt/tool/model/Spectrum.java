package org.dl4jtt.tool.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.dl4jtt.layers.convert.StockWeights;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.plan.NetworkLayer;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.Spectra;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How much of a weight few singular values hold. A matrix has one unfolding, outputs by inputs; a
 * kernel has two: outputs by the rest, and all but the inputs by the inputs.
 *
 * @param parameter DL4J's name of the weight
 * @param rank of each unfolding, at most
 * @param rank90 ranks that hold 90 % of the squared norm
 * @param rank99 the same for 99 %
 * @param rank999 the same for 99.9 %
 * @param energy share of the squared norm that 1/8, 2/8, … of all singular values of the first
 *     unfolding hold
 */
public record Spectrum(
    String parameter,
    List<Integer> rank,
    List<Integer> rank90,
    List<Integer> rank99,
    List<Integer> rank999,
    List<Double> energy) {
  private static final int POINTS = 8;

  /** Of every weight of a stock layer that could become a tensor; none of a tensor layer. */
  static List<Spectrum> of(NetworkLayer layer) {
    Layer configuration = layer.configuration();
    Map<String, INDArray> parameters = layer.parameters();
    List<Spectrum> spectra = new ArrayList<>();
    StockWeights.of(configuration)
        .forEach(
            (name, shape) -> {
              INDArray weight = parameters == null ? null : parameters.get(name);
              if (weight != null) {
                spectra.add(of(name, shape, weight));
              }
            });
    return spectra;
  }

  private static Spectrum of(String name, WeightShape shape, INDArray weight) {
    Spectra spectra =
        Spectra.of(
            weight,
            shape.tensorization(
                Scheme.SEPARATED, List.of(shape.outputs()), List.of(shape.inputs())));
    List<Integer> full = new ArrayList<>();
    for (int k = 1; k <= spectra.unfoldings(); k++) {
      full.add(spectra.singularValues(k).length);
    }
    List<Double> energy = new ArrayList<>();
    for (int i = 1; i <= POINTS; i++) {
      energy.add(1 - lost(spectra, 1, Math.max(1, full.get(0) * i / POINTS)));
    }
    return new Spectrum(
        name, full, ranks(spectra, 0.1), ranks(spectra, 0.01), ranks(spectra, 0.001), energy);
  }

  private static List<Integer> ranks(Spectra spectra, double loss) {
    List<Integer> ranks = new ArrayList<>();
    for (int k = 1; k <= spectra.unfoldings(); k++) {
      int rank = 1;
      while (rank < spectra.singularValues(k).length && lost(spectra, k, rank) > loss) {
        rank++;
      }
      ranks.add(rank);
    }
    return ranks;
  }

  private static double lost(Spectra spectra, int k, int rank) {
    return spectra.squaredNorm() == 0 ? 0 : spectra.tail(k, rank) / spectra.squaredNorm();
  }
}
