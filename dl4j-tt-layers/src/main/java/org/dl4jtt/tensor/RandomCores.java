package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.dl4jtt.internal.Detached;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Random cores whose <em>product</em>, the dense weight, has the standard deviation asked for.
 *
 * <p>In the mean over draws that would be {@code σ² = Π_k σ_k² Π_k r_k} with cores of deviation
 * σ_k; but a product of a few small random cores strays far from its mean. So the cores are drawn
 * first, the root mean square of their product is computed without building it, and the cores are
 * scaled to hit σ exactly. All cores get one and the same norm.
 */
public final class RandomCores {
  private RandomCores() {}

  /** How the entries of the cores are drawn. */
  public enum Distribution {
    /** Normal. */
    NORMAL,
    /** Uniform on an interval about 0. */
    UNIFORM,
    /** Orthonormal columns, or rows where these are fewer, of every core as [r_{k-1} n_k, r_k]. */
    ORTHOGONAL
  }

  /** The same for a seed. */
  public static CoreChain of(
      TensorForm form,
      double standardDeviation,
      Distribution distribution,
      long seed,
      DataType dataType) {
    return of(form, standardDeviation, distribution, new Random(seed), dataType);
  }

  /**
   * Draws cores: the same for the same state of {@code random}, whatever the data type.
   *
   * @param standardDeviation of the dense weight's entries about 0; above 0
   * @return a train if {@link TensorForm#isTrain()}, else a ring
   */
  public static CoreChain of(
      TensorForm form,
      double standardDeviation,
      Distribution distribution,
      Random random,
      DataType dataType) {
    argument(
        standardDeviation > 0 && Double.isFinite(standardDeviation),
        "the standard deviation of a random weight must be positive and finite, got %s",
        standardDeviation);
    return Detached.compute(
        () -> {
          List<INDArray> cores = new ArrayList<>();
          List<Integer> modes = form.tensorization().modes();
          for (int k = 0; k < form.order(); k++) {
            INDArray core =
                draw(
                    form.ranks().get(k),
                    modes.get(k),
                    form.ranks().get(k + 1),
                    distribution,
                    random);
            cores.add(core.divi(core.norm2Number()));
          }
          double entries =
              modes.stream().mapToDouble(Integer::doubleValue).reduce(1, (a, b) -> a * b);
          double rms = Math.sqrt(ChainAlgebra.inner(cores, cores) / entries);
          double scale = Math.pow(standardDeviation / rms, 1.0 / cores.size());
          cores.forEach(core -> core.muli(scale));
          List<INDArray> cast = Cores.cast(cores, dataType);
          return form.isTrain() ? new TensorTrain(cast) : new TensorRing(cast);
        });
  }

  private static INDArray draw(
      int left, int mode, int right, Distribution distribution, Random random) {
    double[] values = new double[left * mode * right];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          distribution == Distribution.UNIFORM
              ? 2 * random.nextDouble() - 1
              : random.nextGaussian();
    }
    long[] shape = {left, mode, right};
    INDArray core = Nd4j.createFromArray(values).reshape('c', shape);
    if (distribution != Distribution.ORTHOGONAL) {
      return core;
    }
    // U Vᵀ of a normal matrix is uniform among the orthogonal ones (Haar), as its QR would be
    Svd.Factors svd = Svd.best().of(ChainAlgebra.matrix(core, 2));
    return ChainAlgebra.product(svd.u(), svd.vt(), false, false).reshape('c', shape);
  }
}
