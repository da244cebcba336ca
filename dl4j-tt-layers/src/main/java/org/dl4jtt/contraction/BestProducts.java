package org.dl4jtt.contraction;

import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses once, when the first matrix is multiplied. */
final class BestProducts {
  private static final Logger log = LoggerFactory.getLogger(BestProducts.class);

  static final Products INSTANCE = choose();

  private BestProducts() {}

  private static Products choose() {
    Products operations = new Nd4jProducts();
    if (!Nd4j.getBackend().getEnvironment().isCPU()) {
      return operations;
    }
    try {
      return new CpuProducts(operations);
    } catch (LinkageError missing) { // OpenBLAS is an optional dependency
      log.info("OpenBLAS is not on the class path; cores are multiplied by ND4J operations");
      return operations;
    }
  }
}
