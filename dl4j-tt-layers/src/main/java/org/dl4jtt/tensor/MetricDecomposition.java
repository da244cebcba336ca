package org.dl4jtt.tensor;

import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A weight as cores, near to it in a {@link Metric}.
 *
 * <pre>
 *   matrix, one bond     U = the first r left singular vectors of H^½ W C^½
 *                        W' = H^−½ U Uᵀ H^½ W                       exact; nothing of C is inverted
 *   kernel [O, P, I]     U as above; B = Uᵀ H^½ W by {@link KernelBond}; then the refit
 *   all others           mode by mode ({@link ModeRoots}), then the refit of {@link OutputRefit}
 * </pre>
 */
final class MetricDecomposition {
  private final Tensorization tensorization;
  private final List<Integer> ranks;
  private final boolean train;
  private final Metric metric;
  private final INDArray parameter;

  /** W [O, P·I]. */
  private final INDArray weight;

  private MetricDecomposition(INDArray parameter, TensorForm form, Metric metric) {
    this.tensorization = form.tensorization();
    this.ranks = RankBounds.clip(tensorization, form.ranks());
    this.train = form.isTrain();
    this.metric = metric;
    this.parameter = parameter;
    this.weight = Metric.matrix(parameter, tensorization);
  }

  /** Balanced cores, DOUBLE. */
  static List<INDArray> cores(INDArray parameter, TensorForm form, Metric metric) {
    return Balance.balanced(new MetricDecomposition(parameter, form, metric).cores());
  }

  private List<INDArray> cores() {
    Tensorization t = tensorization;
    boolean unsplit = t.outputModes().size() == 1 && t.inputModes().size() == 1;
    if (!train || !unsplit || t.scheme() != Scheme.SEPARATED) {
      return nearest();
    }
    Moment h = metric.outputs(true);
    INDArray hw = h == null ? weight : h.root().left(weight); // H^½ W
    INDArray u = leading(hw, ranks.get(1));
    INDArray left = h == null ? u : h.inverseRoot().left(u);
    INDArray rest = ChainAlgebra.product(u, hw, true, false); // Uᵀ H^½ W
    INDArray first = left.reshape('c', new long[] {1, t.outputs(), ranks.get(1)});
    if (!t.isKernel()) {
      return List.of(first, rest.reshape('c', new long[] {ranks.get(1), t.inputs(), 1}));
    }
    List<INDArray> others = new KernelBond(rest, t, metric, ranks.get(2)).cores();
    return better(List.of(first, others.get(0), others.get(1)));
  }

  /** The first left singular vectors of {@code A C^½}, from the shorter side. */
  private INDArray leading(INDArray a, int rank) {
    Moment c = metric.inputs(true);
    if (a.size(1) <= a.size(0)) {
      return Cut.of(c == null ? a : rooted(a, c), rank, -1).basis();
    }
    INDArray gram =
        ChainAlgebra.product(
            a, metric.timesInputs(a, tensorization, true), false, true); // A C Aᵀ: no root of C
    INDArray vectors = Svd.best().eigen(gram).vectors();
    return rows(vectors, rank).transpose().dup('c');
  }

  private INDArray rooted(INDArray a, Moment c) {
    INDArray rows = a.reshape('c', new long[] {a.length() / c.size(), c.size()});
    return c.root().right(rows).reshape('c', a.shape());
  }

  static INDArray rows(INDArray matrix, int count) {
    return matrix.get(NDArrayIndex.interval(0, count), NDArrayIndex.all()).dup('c');
  }

  /**
   * Mode by mode, or as without the metric where its moments are so far from a product of modes
   * that this is nearer.
   */
  private List<INDArray> nearest() {
    ModeRoots roots = ModeRoots.of(metric, tensorization);
    List<INDArray> modeWise = better(roots.unweighted(decomposed(roots.weighted(parameter))));
    List<INDArray> plain = better(decomposed(parameter.castTo(DataType.DOUBLE)));
    return error(plain) < error(modeWise) ? plain : modeWise;
  }

  private List<INDArray> decomposed(INDArray array) {
    INDArray tensor = tensorization.toTensor(array);
    Truncation truncation = Truncation.ranks(ranks);
    return (train ? TtSvd.decompose(tensor, truncation) : TrSvd.decompose(tensor, truncation))
        .cores();
  }

  /** The cores, or those with the output-side core refitted if they are nearer. */
  private List<INDArray> better(List<INDArray> cores) {
    return OutputRefit.of(cores, weight, tensorization, metric)
        .filter(refitted -> error(refitted) < error(cores))
        .orElse(cores);
  }

  private double error(List<INDArray> cores) {
    INDArray product = Nd4j.createUninitialized(DataType.DOUBLE, tensorization.parameterShape());
    tensorization.toParameter(Cores.full(cores), product);
    INDArray difference = Metric.matrix(product, tensorization).rsubi(weight);
    return metric.norm(difference, tensorization, true);
  }
}
