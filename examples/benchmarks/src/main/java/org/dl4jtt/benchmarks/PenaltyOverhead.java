package org.dl4jtt.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.dl4jtt.tool.cli.Program;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What ADMM's penalty adds to an iteration. The effect is smaller than what separate runs differ
 * by, so two equal networks take turns in one JVM, one with the listener, and every pair of
 * iterations gives a ratio; reported is their median.
 *
 * <pre>
 *   examples/benchmarks/run PenaltyOverhead
 * </pre>
 */
@Command(
    name = "PenaltyOverhead",
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "Time of an iteration with ADMM's penalty over that without, as the median of pairs of"
            + " iterations, for nine convolutions and for a dense layer of 103 million weights.")
public final class PenaltyOverhead extends Program {
  private static final int WARM_UP = 10;
  private static final double NORMAL = 1.96;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "400",
      description = "pairs of iterations of the convolutions (default: ${DEFAULT-VALUE})")
  private int pairs;

  @Option(
      names = "--dense-pairs",
      paramLabel = "N",
      defaultValue = "60",
      description = "pairs of iterations of the dense layer (default: ${DEFAULT-VALUE})")
  private int densePairs;

  private PenaltyOverhead(PrintStream console) {
    super(console);
  }

  /** Runs the program; the exit status is 0, or 2 after an error. */
  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  /** Runs the program and returns its exit status. */
  static int run(PrintStream out, PrintStream err, String... args) {
    return new PenaltyOverhead(out).execute(err, args);
  }

  @Override
  public Integer call() {
    console.println("| network | constrained weights | with penalty / without, median (95 %) |");
    console.println("|---|---|---|");
    if (pairs > 0) {
      nineConvolutions();
    }
    if (densePairs > 0) {
      dense();
    }
    return 0;
  }

  private void nineConvolutions() {
    MultiLayerNetwork plain = BenchmarkNetworks.nineConvolutions();
    MultiLayerNetwork constrained = BenchmarkNetworks.nineConvolutions();
    NativeHelpers.enable(plain);
    NativeHelpers.enable(constrained);
    CompressionPlan plan = CompressionPlan.of(constrained).weights(0.5).build();
    row(
        "nine convolutions, batch 64",
        ratios(plain, constrained, plan, BenchmarkNetworks.images(64), pairs),
        constrained.numParams());
  }

  private void dense() {
    DenseBenchmark.Shape shape = DenseBenchmark.Shape.IN25088_OUT4096_RANK4;
    MultiLayerNetwork plain = dense(shape);
    MultiLayerNetwork constrained = dense(shape);
    CompressionPlan plan = CompressionPlan.of(constrained).layer("layer0", form(shape)).build();
    DataSet data = BenchmarkNetworks.data(plain, 100, shape.inputs());
    row(
        "25088 -> 4096, batch 100",
        ratios(plain, constrained, plan, data, densePairs),
        constrained.numParams());
  }

  private static MultiLayerNetwork dense(DenseBenchmark.Shape shape) {
    return BenchmarkNetworks.of(
        new DenseLayer.Builder()
            .name("layer0")
            .nOut(shape.outputs())
            .activation(Activation.IDENTITY)
            .build(),
        InputType.feedForward(shape.inputs()));
  }

  private static TensorForm form(DenseBenchmark.Shape shape) {
    List<Integer> ranks = new ArrayList<>(List.of(1));
    for (int k = 1; k < shape.inputModes().length; k++) {
      ranks.add(4);
    }
    ranks.add(1);
    return TensorForm.of(
        Tensorization.matrix(Scheme.PAIRED, modes(shape.outputModes()), modes(shape.inputModes())),
        ranks);
  }

  private static List<Integer> modes(int[] modes) {
    return Arrays.stream(modes).boxed().toList();
  }

  private static double[] ratios(
      MultiLayerNetwork plain,
      MultiLayerNetwork constrained,
      CompressionPlan plan,
      DataSet data,
      int pairs) {
    AdmmListener admm = new AdmmListener(plan);
    constrained.addListeners(admm);
    admm.onEpochStart(constrained);
    double[] ratios = new double[pairs];
    for (int k = -WARM_UP; k < pairs; k++) {
      boolean plainFirst = k % 2 == 0; // neither has the warmer cache every time
      double first = seconds(plainFirst ? plain : constrained, data);
      double second = seconds(plainFirst ? constrained : plain, data);
      if (k >= 0) {
        ratios[k] = plainFirst ? second / first : first / second;
      }
    }
    Arrays.sort(ratios);
    return ratios;
  }

  private static double seconds(MultiLayerNetwork net, DataSet data) {
    long start = System.nanoTime();
    net.fit(data);
    return (System.nanoTime() - start) / 1e9;
  }

  /** The interval of the median is between order statistics, whatever the ratios' distribution. */
  private void row(String name, double[] sorted, long weights) {
    int n = sorted.length;
    double half = NORMAL * Math.sqrt(n) / 2;
    int low = (int) Math.max(0, Math.floor(n / 2.0 - half));
    int high = (int) Math.min(n - 1, Math.ceil(n / 2.0 + half));
    console.printf(
        Locale.ROOT,
        "| %s | %,d | %.3f (%.3f to %.3f) |%n",
        name,
        weights,
        sorted[n / 2],
        sorted[low],
        sorted[high]);
  }
}
