package org.dl4jtt.tensor;

import org.nd4j.linalg.api.ops.executioner.OpExecutioner.ExecutionerType;
import org.nd4j.linalg.factory.Nd4j;

/** Chooses the {@link Svd} once; a class of its own, so that OpenBLAS may be absent. */
final class BestSvd {
  static final Svd INSTANCE = choose();

  private BestSvd() {}

  private static Svd choose() {
    Svd java = new JavaSvd();
    if (Nd4j.getExecutioner().type() != ExecutionerType.NATIVE_CPU) {
      return java; // LAPACK would read host memory that the device has not written
    }
    try {
      Svd lapack = new LapackSvd(java);
      lapack.of(Nd4j.createFromArray(new double[][] {{1}}));
      return lapack;
    } catch (LinkageError absent) { // no class, or no native library for this system
      return java;
    }
  }
}
