package org.dl4jtt.examples;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * The most memory that was used since the last {@link #reset}: of Java's heap, and of the whole
 * process, where off-heap arrays are. The latter is Linux's VmHWM and not known elsewhere.
 */
final class PeakMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  /** Writing 5 starts VmHWM again (proc(5)). */
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");

  private PeakMemory() {}

  static void reset() throws IOException {
    heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
    if (Files.isWritable(CLEAR)) {
      Files.writeString(CLEAR, "5");
    }
  }

  /** The sum over the heap's pools, in bytes; their peaks need not have come at once. */
  static long heap() {
    return heapPools().stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
  }

  /** Of the process, in bytes, heap included. */
  static OptionalLong process() throws IOException {
    if (!Files.exists(STATUS)) {
      return OptionalLong.empty();
    }
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""))) // in kB
        .findFirst();
  }

  private static List<MemoryPoolMXBean> heapPools() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .toList();
  }
}
