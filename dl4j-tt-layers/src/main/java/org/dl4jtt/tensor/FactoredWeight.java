package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.List;
import org.dl4jtt.internal.Detached;
import org.dl4jtt.internal.Finite;
import org.dl4jtt.internal.Norms;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A DL4J weight as cores: the numbers and how they are read.
 *
 * @param tensorization how the parameter becomes the tensor
 * @param cores the tensor; its modes are those of the tensorization
 */
public record FactoredWeight(Tensorization tensorization, CoreChain cores) {
  /** Checks that modes agree. */
  public FactoredWeight {
    argument(
        cores.modes().equals(tensorization.modes()),
        "the cores have modes %s, but %s needs %s",
        cores.modes(),
        tensorization,
        tensorization.modes());
  }

  /**
   * Decomposes a DL4J weight: a train by {@link TtSvd} if {@link TensorForm#isTrain()}, else a ring
   * by {@link TrSvd}.
   *
   * @param parameter of {@link Tensorization#parameterShape()}, any memory order; left as it was
   * @return cores of the form's ranks, lowered where they {@linkplain RankBounds#clip cannot be
   *     reached}: {@link #form()} tells
   */
  public static FactoredWeight decompose(INDArray parameter, TensorForm form) {
    Tensorization tensorization = form.tensorization();
    INDArray tensor = tensorization.toTensor(parameter);
    Truncation ranks = Truncation.ranks(form.ranks());
    CoreChain cores =
        form.isTrain() ? TtSvd.decompose(tensor, ranks) : TrSvd.decompose(tensor, ranks);
    if (tensor.closeable()) {
      tensor.close(); // off-heap memory would otherwise wait for the garbage collector
    }
    return new FactoredWeight(tensorization, cores);
  }

  /**
   * Decomposes a DL4J weight so that what its layer puts out, and what the loss makes of it,
   * changes least: in the norm of a metric instead of the weight's own.
   *
   * <p>One bond (a matrix as [M, N]) is exact. A kernel as [O, kH·kW, I] is nearly so: its first
   * bond exact, the second by alternating least squares. Longer chains, the PAIRED scheme and rings
   * take the metric as one matrix for each mode. A least-squares fit of an output-side core follows
   * where it lowers the error.
   *
   * @param metric made for this weight; with {@link Metric#none()}, or moments that are multiples
   *     of I, the result is that of {@link #decompose(INDArray, TensorForm)}
   * @throws IllegalArgumentException if the metric is for a weight of another size
   */
  public static FactoredWeight decompose(INDArray parameter, TensorForm form, Metric metric) {
    metric.checkFits(form.tensorization());
    boolean nothingToWeigh = metric.isNone() || form.order() == 1 || Norms.largest(parameter) == 0;
    if (nothingToWeigh) {
      return decompose(parameter, form);
    }
    Finite.check(parameter);
    return Detached.compute(
        () -> {
          PowerOfTwo scale = PowerOfTwo.of(parameter.castTo(DataType.DOUBLE));
          INDArray near =
              scale.exponent() == 0 ? parameter : scale.down(parameter.castTo(DataType.DOUBLE));
          List<INDArray> made = scale.up(MetricDecomposition.cores(near, form, metric));
          List<INDArray> cores = Finite.checked(Cores.cast(made, parameter.dataType()));
          return new FactoredWeight(
              form.tensorization(),
              form.isTrain() ? new TensorTrain(cores) : new TensorRing(cores));
        });
  }

  /** Scheme, modes and ranks. */
  public TensorForm form() {
    return TensorForm.of(tensorization, cores.ranks());
  }

  /** Core k in the shape in which a layer keeps it. */
  public INDArray core(int k) {
    return cores.cores().get(k).reshape('c', form().coreShape(k));
  }

  /** The dense parameter, in a new array of {@link Tensorization#parameterShape()}. */
  public INDArray toParameter() {
    char order = tensorization.isKernel() ? 'c' : 'f'; // DL4J's own orders
    INDArray out = Nd4j.create(cores.dataType(), tensorization.parameterShape(), order);
    tensorization.toParameter(cores.full(), out);
    return out;
  }
}
