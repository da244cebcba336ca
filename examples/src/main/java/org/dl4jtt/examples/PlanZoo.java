package org.dl4jtt.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.deeplearning4j.zoo.ZooModel;
import org.deeplearning4j.zoo.model.ResNet50;
import org.deeplearning4j.zoo.model.VGG16;
import org.dl4jtt.examples.cli.Programs;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.CurrentWeights;
import org.dl4jtt.plan.NetworkLayer;
import org.dl4jtt.plan.PlannedWeight;
import org.dl4jtt.surgery.ModelSurgery;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * VGG16 and ResNet50 as deeplearning4j-zoo builds them, random weights: planned, every planned
 * weight projected once (what one update of Z costs), decomposed and saved; time and memory.
 */
@Command(
    name = "PlanZoo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "VGG16 and ResNet50 with random weights: planned, projected once, decomposed, saved."
            + " Prints the seconds of each and the memory that it took.")
public final class PlanZoo implements Callable<Integer> {
  private static final int CLASSES = 1000;

  /** The networks. */
  enum Zoo {
    RESNET50,
    VGG16
  }

  @Option(
      names = "--networks",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "RESNET50,VGG16",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
  private List<Zoo> networks = List.of();

  @Option(
      names = "--ratio",
      paramLabel = "R",
      defaultValue = "0.25",
      description = "weights after / before (default: ${DEFAULT-VALUE})")
  private double ratio;

  @Option(
      names = "--size",
      paramLabel = "N",
      defaultValue = "224",
      description = "height and width of the images (default: ${DEFAULT-VALUE})")
  private int size;

  @Option(names = "--verbose", description = "errors with their stack trace")
  private boolean verbose;

  private final PrintStream out;

  private PlanZoo(PrintStream out) {
    this.out = out;
  }

  /** Runs the program; the exit status is 0, or 2 after an error. */
  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  /** Runs the program and returns its exit status. */
  static int run(PrintStream out, PrintStream err, String... args) {
    PlanZoo program = new PlanZoo(out);
    return Programs.run(program, () -> program.verbose, out, err, args);
  }

  @Override
  public Integer call() throws IOException {
    out.println("| network | weights | after | planned | projected | decomposed | saved | zip |");
    out.println("|---|---|---|---|---|---|---|---|");
    for (Zoo zoo : networks) {
      row(zoo);
    }
    out.println("largest resident memory of the process: " + memory());
    return 0;
  }

  private void row(Zoo zoo) throws IOException {
    int[] image = {3, size, size};
    ZooModel<?> model =
        switch (zoo) {
          case RESNET50 -> ResNet50.builder().numClasses(CLASSES).inputShape(image).build();
          case VGG16 -> VGG16.builder().numClasses(CLASSES).inputShape(image).build();
        };
    ComputationGraph network = model.init();
    long start = System.nanoTime();
    CompressionPlan plan = CompressionPlan.of(network).weights(ratio).build();
    long planned = System.nanoTime();
    project(network, plan);
    long projected = System.nanoTime();
    ComputationGraph small = ModelSurgery.decompose(network, plan);
    long decomposed = System.nanoTime();
    Path zip = Files.createTempFile("zoo", ".zip");
    try {
      ModelSerializer.writeModel(small, zip.toFile(), false);
      long saved = System.nanoTime();
      out.printf(
          Locale.ROOT,
          "| %s | %,d | %,d | %.0f s | %.0f s | %.0f s | %.1f s | %.0f MB |%n",
          zoo,
          network.numParams(),
          small.numParams(),
          (planned - start) / 1e9,
          (projected - planned) / 1e9,
          (decomposed - projected) / 1e9,
          (saved - decomposed) / 1e9,
          Files.size(zip) / 1e6);
    } finally {
      Files.delete(zip);
    }
  }

  /** One projection of every planned weight; the results are dropped. */
  private static void project(ComputationGraph network, CompressionPlan plan) {
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      for (PlannedWeight weight : plan.weightsOf(layer.name())) {
        INDArray w = CurrentWeights.ofNetwork().of(layer, weight.parameter());
        INDArray z = w.ulike();
        weight.constraint().project(w, z);
        z.close();
      }
    }
  }

  /** Linux counts it for every process. */
  private static String memory() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return "not known on this system";
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .map(line -> line.substring("VmHWM:".length()).trim())
        .findFirst()
        .orElse("not known");
  }
}
