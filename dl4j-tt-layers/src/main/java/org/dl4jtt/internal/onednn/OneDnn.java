package org.dl4jtt.internal.onednn;

import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.stream;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether oneDNN can be called: the backend computes on the CPU, and {@code org.bytedeco:dnnl} is
 * on the class path with its natives for this platform (and those of {@code org.bytedeco:opencl},
 * which it loads).
 */
public final class OneDnn {
  /** System property: {@code false} keeps to ND4J's operations. */
  public static final String PROPERTY = "org.dl4jtt.onednn";

  private static final Logger log = LoggerFactory.getLogger(OneDnn.class);

  private OneDnn() {}

  /** Read when first asked; the answer stays. */
  public static boolean isAvailable() {
    return Presence.FOUND;
  }

  private static final class Presence {
    static final boolean FOUND = find();

    private static boolean find() {
      if (!Boolean.parseBoolean(System.getProperty(PROPERTY, "true"))
          || !Nd4j.getBackend().getEnvironment().isCPU()) {
        return false;
      }
      try {
        return Context.ENGINE.get_kind().intern() == engine.kind.cpu;
      } catch (LinkageError missing) { // an optional dependency
        log.info("oneDNN (org.bytedeco:dnnl) is not on the class path; ND4J's operations convolve");
        return false;
      }
    }
  }

  static engine engine() {
    return Context.ENGINE;
  }

  /** This thread's queue; what is put into it is done at once. */
  static stream stream() {
    return Context.STREAM.get();
  }

  private static final class Context {
    static final engine ENGINE = new engine(engine.kind.cpu, 0);
    static final ThreadLocal<stream> STREAM = ThreadLocal.withInitial(() -> new stream(ENGINE));
  }
}
