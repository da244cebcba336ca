package org.dl4jtt.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process that is in RAM, heap and native, as Linux counts it. */
public final class ResidentMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");
  private static final String RESET_PEAK = "5";
  private static final int KIB = 1024;

  private ResidentMemory() {}

  /** Whether this system tells. */
  public static boolean isKnown() {
    return Files.isReadable(STATUS) && Files.isWritable(CLEAR);
  }

  /** Bytes now. */
  public static long now() throws IOException {
    return value("VmRSS:");
  }

  /** The most bytes since the start of the process, or since {@link #resetPeak}. */
  public static long peak() throws IOException {
    return value("VmHWM:");
  }

  /** The peak is from now on that of what follows. */
  public static void resetPeak() throws IOException {
    Files.writeString(CLEAR, RESET_PEAK);
  }

  private static long value(String name) throws IOException {
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith(name)) {
        return KIB * Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException(STATUS + " has no " + name);
  }
}
