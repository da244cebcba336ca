package org.dl4jtt.contraction;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Tells whether cores are, bit for bit, what they were in the last call. To compare them costs less
 * than to merge them, and nothing has to say that parameters changed.
 */
final class CoreVersions {
  private final Products products;
  private List<INDArray> coresThen = List.of();
  private long version;

  CoreVersions(Products products) {
    this.products = products;
  }

  /** A number for the cores as they are; the same one as long as they stay. */
  long of(List<INDArray> cores) {
    if (!isAsThen(cores)) {
      coresThen = cores.stream().map(CoreVersions::copy).toList();
      version++;
    }
    return version;
  }

  private boolean isAsThen(List<INDArray> cores) {
    if (coresThen.size() != cores.size()) {
      return false;
    }
    for (int k = 0; k < cores.size(); k++) {
      if (!products.isSame(cores.get(k), coresThen.get(k))) {
        return false;
      }
    }
    return true;
  }

  /** The numbers of an array in 'c' order, outside of workspaces. */
  static INDArray copy(INDArray array) {
    return Nd4j.createUninitializedDetached(array.dataType(), array.length())
        .assign(array.reshape('c', new long[] {array.length()}));
  }
}
