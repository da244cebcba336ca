package org.dl4jtt.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.deeplearning4j.zoo.model.ResNet50;
import org.deeplearning4j.zoo.model.VGG16;
import org.dl4jtt.examples.trial.CifarResNet;
import org.dl4jtt.examples.trial.ResNet18;
import org.dl4jtt.internal.files.WholeFile;
import org.dl4jtt.internal.files.WholeFolder;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.CurrentWeights;
import org.dl4jtt.plan.NetworkLayer;
import org.dl4jtt.plan.PlannedWeight;
import org.dl4jtt.surgery.ModelSurgery;
import org.dl4jtt.tool.cli.Program;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.schedule.FixedSchedule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * VGG16 and ResNet50 as deeplearning4j-zoo builds them, ResNet-20 for CIFAR-10 and ResNet-18,
 * random weights: planned, every planned weight projected once (what one update of Z costs),
 * decomposed and saved; the time and the memory of each step.
 */
@Command(
    name = "PlanZoo",
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "VGG16, ResNet50 and others with random weights: planned, projected, decomposed, saved."
            + " Prints the seconds and the memory that each step took.")
public final class PlanZoo extends Program {
  private static final int CLASSES = 1000;
  private static final long SEED = 1;

  /** The networks; the first for images of 32x32. */
  enum Zoo {
    RESNET20,
    RESNET18,
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

  @Option(
      names = "--projections",
      paramLabel = "N",
      defaultValue = "1",
      description = "of every planned weight (default: ${DEFAULT-VALUE})")
  private int projections;

  private PlanZoo(PrintStream console) {
    super(console);
  }

  /** Runs the program; the exit status is 0, or 2 after an error. */
  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  /** Runs the program and returns its exit status. */
  static int run(PrintStream out, PrintStream err, String... args) {
    return new PlanZoo(out).execute(err, args);
  }

  @Override
  public Integer call() throws IOException {
    for (Zoo zoo : networks) {
      measure(zoo);
    }
    return 0;
  }

  private void measure(Zoo zoo) throws IOException {
    ComputationGraph network = network(zoo);
    console.printf(Locale.ROOT, "%s, %,d weights%n%n", zoo, network.numParams());
    console.println("| step | seconds | peak of the heap | peak of the process |");
    console.println("|---|---|---|---|");
    CompressionPlan plan =
        step("planned", () -> CompressionPlan.of(network).weights(ratio).build());
    for (int i = 1; i <= projections; i++) {
      step(i == 1 ? "projected" : "projected again", () -> project(network, plan));
    }
    ComputationGraph small = step("decomposed", () -> ModelSurgery.decompose(network, plan));
    Path folder = Files.createTempDirectory("zoo");
    Path zip = folder.resolve("small.zip");
    try {
      step(
          "saved",
          () -> {
            WholeFile.write(zip, out -> ModelSerializer.writeModel(small, out, false));
            return zip;
          });
      console.printf(
          Locale.ROOT,
          "%n%,d weights after, %d layers in tensor form, a zip of %.0f MB%n%n",
          small.numParams(),
          plan.weights().stream().map(PlannedWeight::layer).distinct().count(),
          Files.size(zip) / 1e6);
    } finally {
      WholeFolder.delete(folder);
    }
  }

  private ComputationGraph network(Zoo zoo) {
    int[] image = {3, size, size};
    return switch (zoo) {
      case RESNET20 -> CifarResNet.untrained(3, new FixedSchedule(0.1), 0, SEED);
      case RESNET18 -> ResNet18.create(size, SEED);
      case RESNET50 -> ResNet50.builder().numClasses(CLASSES).inputShape(image).build().init();
      case VGG16 -> VGG16.builder().numClasses(CLASSES).inputShape(image).build().init();
    };
  }

  /** What a step does. */
  @FunctionalInterface
  private interface Step<T> {
    T run() throws IOException;
  }

  private <T> T step(String name, Step<T> step) throws IOException {
    System.gc(); // what the step before dropped is not counted here
    PeakMemory.reset();
    long start = System.nanoTime();
    T result = step.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    OptionalLong process = PeakMemory.process();
    console.printf(
        Locale.ROOT,
        "| %s | %.2f | %,.0f MB | %s |%n",
        name,
        seconds,
        PeakMemory.heap() / 1e6,
        process.isPresent()
            ? String.format(Locale.ROOT, "%,.0f MB", process.getAsLong() / 1e6)
            : "not known");
    return result;
  }

  /** One projection of every planned weight; the results are dropped. */
  private static int project(ComputationGraph network, CompressionPlan plan) {
    int count = 0;
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      for (PlannedWeight weight : plan.weightsOf(layer.name())) {
        INDArray w = CurrentWeights.ofNetwork().of(layer, weight.parameter());
        INDArray z = w.ulike();
        weight.constraint().project(w, z);
        z.close();
        count++;
      }
    }
    return count;
  }
}
