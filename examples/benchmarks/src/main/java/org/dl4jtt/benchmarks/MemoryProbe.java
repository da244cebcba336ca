package org.dl4jtt.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.examples.ResidentMemory;
import org.dl4jtt.internal.onednn.OneDnn;
import org.nd4j.linalg.dataset.DataSet;

/**
 * One training in a JVM of its own, whose heap is there in full from the start, so that what its
 * memory grows by is native.
 */
final class MemoryProbe {
  private static final int WARM_UP = 5;
  private static final int MEASURED = 20;

  /** ND4J frees native memory in a thread of its own, when the collector has found it. */
  private static final int FREEING_MILLISECONDS = 1000;

  /**
   * What was measured, in bytes.
   *
   * @param peak of training steps, over that of a JVM that has loaded DL4J and oneDNN
   * @param growth in the second half of the steps; in the first, workspaces and compiled code reach
   *     their size, which takes up to 5,000 steps, with the dense layer as well
   */
  record Memory(long peak, long growth) {}

  private MemoryProbe() {}

  /** Starts a JVM for this and waits. */
  static Memory measure(MemoryCase what, String contender, int steps)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-Xms256m",
            "-Xmx256m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC",
            "-Dorg.bytedeco.javacpp.maxbytes=4G",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            System.getProperty("java.class.path"),
            MemoryProbe.class.getName(),
            what.name(),
            contender,
            String.valueOf(steps));
    // malloc gives large blocks back at once: what is measured is in use.
    builder.environment().put("MALLOC_MMAP_THRESHOLD_", "1000000");
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    List<String> said = new ArrayList<>();
    process.inputReader().lines().forEach(said::add);
    if (process.waitFor() != 0) {
      throw new IOException(what.name() + ", " + contender + " failed: " + said);
    }
    String[] numbers = said.get(said.size() - 1).split(" ", 2);
    return new Memory(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
  }

  /** The process: case, contender, steps; prints peak and growth. */
  public static void main(String[] args) throws IOException, InterruptedException {
    MemoryCase what =
        MemoryCase.all().stream().filter(c -> c.name().equals(args[0])).findFirst().orElseThrow();
    int steps = Integer.parseInt(args[2]);
    loadEverything();
    long before = ResidentMemory.now();
    Runnable step = what.step().apply(args[1]);
    repeat(step, WARM_UP);
    ResidentMemory.resetPeak();
    repeat(step, MEASURED);
    long peak = ResidentMemory.peak() - before;
    long growth = 0;
    if (steps > 0) {
      repeat(step, steps / 2);
      long settled = afterCollection();
      repeat(step, steps / 2);
      growth = afterCollection() - settled;
    }
    System.out.printf(Locale.ROOT, "%d %d%n", peak, growth);
  }

  private static long afterCollection() throws IOException, InterruptedException {
    System.gc();
    Thread.sleep(FREEING_MILLISECONDS);
    return ResidentMemory.now();
  }

  private static void loadEverything() {
    OneDnn.isAvailable(); // loads it
    MultiLayerNetwork net =
        BenchmarkNetworks.of(new DenseLayer.Builder().nOut(4).build(), InputType.feedForward(4));
    DataSet data = BenchmarkNetworks.data(net, 4, 4);
    repeat(() -> net.fit(data), WARM_UP);
  }

  private static void repeat(Runnable step, int times) {
    for (int i = 0; i < times; i++) {
      step.run();
    }
  }
}
