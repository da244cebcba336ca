package org.dl4jtt.accelerate;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Plain Java on as many threads as ND4J's own operations take: {@code OMP_NUM_THREADS}, or one for
 * each processor.
 */
final class Threads {
  /** Below this many numbers a second thread takes longer to wake than it saves. */
  private static final long WORTH_WAKING = 1 << 17;

  private Threads() {}

  private static final class Holder {
    static final int COUNT =
        Math.max(1, NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads());
  }

  /** The most that {@link #forEach} uses. */
  static int count() {
    return Holder.COUNT;
  }

  /** How many for work on so many numbers. */
  static int count(long numbers) {
    return numbers < WORTH_WAKING ? 1 : count();
  }

  /** Runs the parts 0 to {@code parts - 1}, which must not depend on each other. */
  static void forEach(int parts, IntConsumer part) {
    if (parts == 1) {
      part.accept(0);
    } else {
      IntStream.range(0, parts).parallel().forEach(part);
    }
  }
}
