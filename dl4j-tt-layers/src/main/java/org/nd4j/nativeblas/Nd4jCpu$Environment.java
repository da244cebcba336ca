package org.nd4j.nativeblas;

import java.util.Set;

/**
 * The class that the helpers of Deeplearning4j 1.0.0-M2.1 look up by this very name, to ask whether
 * they may use oneDNN. It moved elsewhere in ND4J, so they are never used; here it is again.
 *
 * <p>It answers yes to the helpers of convolution and batch norm, and no to the others: the
 * gradient of the pooling helper is wrong where an average counts the padding.
 */
@SuppressWarnings("checkstyle:TypeName") // the name is what M2.1 asks for
public final class Nd4jCpu$Environment {
  private static final Nd4jCpu$Environment INSTANCE = new Nd4jCpu$Environment();
  private static final Set<String> ALLOWED =
      Set.of(
          "org.deeplearning4j.nn.layers.mkldnn.MKLDNNConvHelper",
          "org.deeplearning4j.nn.layers.mkldnn.MKLDNNBatchNormHelper");

  private Nd4jCpu$Environment() {}

  /** The only one. */
  public static Nd4jCpu$Environment getInstance() {
    return INSTANCE;
  }

  /** Whether a helper that is allowed stands on the call stack. */
  public boolean isUseMKLDNN() {
    return StackWalker.getInstance()
        .walk(frames -> frames.anyMatch(f -> ALLOWED.contains(f.getClassName())));
  }
}
