package org.dl4jtt.examples;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;
import java.util.OptionalLong;

/**
 * The most memory that was used since the last {@link #reset}: of Java's heap, and of the whole
 * process, where off-heap arrays are. The latter is known on Linux only.
 */
final class PeakMemory {
  private PeakMemory() {}

  static void reset() throws IOException {
    heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
    if (ResidentMemory.isKnown()) {
      ResidentMemory.resetPeak();
    }
  }

  /** The sum over the heap's pools, in bytes; their peaks need not have come at once. */
  static long heap() {
    return heapPools().stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
  }

  /** Of the process, in bytes, heap included. */
  static OptionalLong process() throws IOException {
    return ResidentMemory.isKnown() ? OptionalLong.of(ResidentMemory.peak()) : OptionalLong.empty();
  }

  private static List<MemoryPoolMXBean> heapPools() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .toList();
  }
}
