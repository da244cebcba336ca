package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

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
