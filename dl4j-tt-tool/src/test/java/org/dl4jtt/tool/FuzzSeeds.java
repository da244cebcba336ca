package org.dl4jtt.tool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.compress.CompressionListener;
import org.dl4jtt.compress.Compressor;
import org.dl4jtt.compress.Stage;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.ModelFiles;
import org.dl4jtt.surgery.ModelSurgery;
import org.dl4jtt.tool.data.SmallData;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** Small files of every kind that are right: what {@link FuzzKind} changes. */
final class FuzzSeeds {
  private FuzzSeeds() {}

  static void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    MultiLayerNetwork network = network();
    ModelFiles.write(network, folder.resolve("mlp.zip"));
    ModelFiles.write(network.toComputationGraph(), folder.resolve("graph.zip"));
    ModelFiles.write(Samples.cnn(), folder.resolve("cnn.zip"));
    Files.writeString(
        folder.resolve("plan.json"), CompressionPlan.of(network).weights(0.5).build().toJson());
    Files.writeString(folder.resolve("rows.csv"), rows());
    unpack(SmallData.write(folder.resolve("idx"), 10, 10));
    Files.copy(
        Path.of(System.getProperty("dl4jtt.testdata", "testdata"), "keras", "cnn.h5"),
        folder.resolve("cnn.h5"));
    stoppedRun(network, folder.resolve("run"));
  }

  /** A run that was stopped under the constraint, so that its checkpoint holds ADMM's state. */
  private static void stoppedRun(MultiLayerNetwork network, Path folder) throws IOException {
    INDArray labels = Nd4j.zeros(40, 2);
    for (int i = 0; i < 40; i++) {
      labels.putScalar(i, i % 2, 1);
    }
    DataSetIterator data =
        new ListDataSetIterator<>(new DataSet(Nd4j.rand(40, 64), labels).asList(), 20);
    CompressionListener stop =
        new CompressionListener() {
          @Override
          public void epochEnded(Stage stage, int number, int epochs) {
            if (number == 2) {
              throw new CancellationException();
            }
          }
        };
    try {
      Compressor.of(ModelSurgery.copy(network), CompressionPlan.of(network).weights(0.5).build())
          .folder(folder)
          .admmEpochs(3)
          .fineTuningEpochs(1)
          .listener(stop)
          .run(data, any -> 0);
    } catch (CancellationException e) {
      return;
    }
    throw new IllegalStateException("the run was not stopped");
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(1e-2))
                .list()
                .layer(new DenseLayer.Builder().name("fc").nIn(64).nOut(64).build())
                .layer(
                    new OutputLayer.Builder()
                        .name("out")
                        .nIn(64)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    return network;
  }

  private static String rows() {
    Random random = new Random(1);
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      for (int k = 0; k < 64; k++) {
        rows.append(String.format(Locale.ROOT, "%.3f,", random.nextGaussian()));
      }
      rows.append(i % 2).append('\n');
    }
    return rows.toString();
  }

  private static void unpack(Path folder) throws IOException {
    List<Path> packed;
    try (Stream<Path> all = Files.list(folder)) {
      packed = all.filter(path -> path.toString().endsWith(".gz")).toList();
    }
    for (Path path : packed) {
      String name = path.getFileName().toString();
      try (InputStream in = new GZIPInputStream(Files.newInputStream(path))) {
        Files.copy(in, folder.resolve(name.substring(0, name.length() - ".gz".length())));
      }
      Files.delete(path);
    }
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
