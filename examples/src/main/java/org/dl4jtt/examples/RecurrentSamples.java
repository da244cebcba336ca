package org.dl4jtt.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.examples.trial.Classifier;
import org.dl4jtt.surgery.ModelFiles;
import org.dl4jtt.tool.cli.Program;
import org.dl4jtt.tool.data.ImageSet;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A recurrent model and sequences in CSV files, to try the tool on. */
@Command(
    name = "RecurrentSamples",
    sortOptions = false,
    description =
        "Writes images of Fashion-MNIST as CSV sequences, a row of pixels in each step, and an LSTM"
            + " that was trained on them: lstm.zip, train/CLASS/N.csv, test/CLASS/N.csv.")
public final class RecurrentSamples extends Program {
  private static final int BATCH = 32;
  private static final int UNITS = 128;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "out/sequences",
      description = "default: ${DEFAULT-VALUE}")
  private Path out = Path.of("out");

  @Mixin private final IdxData data = new IdxData();

  @Option(
      names = "--sequences",
      paramLabel = "N",
      defaultValue = "2000",
      description = "to learn from; half as many for the test (default: ${DEFAULT-VALUE})")
  private int sequences;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "5",
      description = "default: ${DEFAULT-VALUE}")
  private int epochs;

  private RecurrentSamples(PrintStream console) {
    super(console);
  }

  /** Runs the program; the exit status is 0, or 2 after an error. */
  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  /** Runs the program and returns its exit status. */
  static int run(PrintStream out, PrintStream err, String... args) {
    return new RecurrentSamples(out).execute(err, args);
  }

  @Override
  public Integer call() throws IOException {
    ImageSet training = data.training().first(sequences);
    ImageSet test = data.test().first(Math.max(1, sequences / 2));
    write(training, out.resolve("train"));
    write(test, out.resolve("test"));
    MultiLayerNetwork network = network(training.width());
    for (int epoch = 0; epoch < epochs; epoch++) {
      training
          .shuffled(BATCH, 1, epoch)
          .forEachRemaining(batch -> network.fit(steps(batch.getFeatures()), batch.getLabels()));
    }
    ModelFiles.write(network, out.resolve("lstm.zip"));
    console.println("lstm.zip, train and test in " + out);
    return 0;
  }

  private static MultiLayerNetwork network(int features) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(3e-3))
                .list()
                .layer(new LastTimeStep(new LSTM.Builder().name("lstm").nOut(UNITS).build()))
                .layer(Classifier.of(ImageSet.CLASSES))
                .setInputType(InputType.recurrent(features))
                .build());
    network.init();
    return network;
  }

  /** [n, 1, rows, columns] as sequences of rows, [n, columns, rows]. */
  private static INDArray steps(INDArray images) {
    long n = images.size(0);
    return images
        .reshape('c', new long[] {n, images.size(2), images.size(3)})
        .permute(0, 2, 1)
        .dup('c');
  }

  private static void write(ImageSet images, Path folder) throws IOException {
    int number = 0;
    for (DataSetIterator one = images.batches(1); one.hasNext(); number++) {
      DataSet image = one.next();
      List<String> lines = new ArrayList<>();
      for (int row = 0; row < images.height(); row++) {
        List<String> cells = new ArrayList<>();
        for (int column = 0; column < images.width(); column++) {
          float pixel = image.getFeatures().getFloat(0, 0, row, column);
          cells.add(String.format(Locale.ROOT, "%.3f", pixel));
        }
        lines.add(String.join(",", cells));
      }
      int label = image.getLabels().argMax(1).getInt(0);
      Path file = folder.resolve(String.valueOf(label)).resolve(number + ".csv");
      Files.createDirectories(file.getParent());
      Files.write(file, lines);
    }
  }
}
