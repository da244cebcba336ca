package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.surgery.ModelFiles;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small models and files, and runs of the tool on them. */
final class SmallTools {
  private SmallTools() {}

  static NeuralNetConfiguration.ListBuilder list() {
    return new NeuralNetConfiguration.Builder().seed(2).updater(new Adam(1e-3)).list();
  }

  static OutputLayer softmax(int classes) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(classes)
        .activation(Activation.SOFTMAX)
        .build();
  }

  /** Says class k where feature k is the largest. */
  static Path identity(Path temp, int classes) throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list().layer(softmax(classes)).setInputType(InputType.feedForward(classes)).build());
    network.init();
    network.getParam("0_W").assign(Nd4j.eye(classes).mul(9));
    return written(network, temp.resolve("identity" + classes + ".zip"));
  }

  static Path written(MultiLayerNetwork network, Path zip) throws IOException {
    ModelFiles.write(network, zip);
    return zip;
  }

  static String oneHot(int k, int classes) {
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < classes; i++) {
      cells.add(i == k ? "1" : "0");
    }
    return String.join(",", cells);
  }

  static void file(Path path, String text) throws IOException {
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  static JsonNode json(Object... args) throws IOException {
    ToolRun run = ToolRun.of(args);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    return run.json();
  }

  static void refused(ToolRun run, String... parts) {
    assertThat(run.err()).startsWith("error: ").hasLineCount(1).contains(parts);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  static double accuracy(Object... args) throws IOException {
    return json(args).get("accuracy").asDouble();
  }

  /** Grey levels k / 12; a network that tells them apart. */
  static Path levels(Path temp, int classes) throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list().layer(softmax(classes)).setInputType(InputType.convolutional(2, 2, 1)).build());
    network.init();
    // the largest of 2 a_k x - a_k²: the a_k nearest to x, which is the mean of the pixels
    INDArray w = network.getParam("0_W");
    INDArray b = network.getParam("0_b");
    for (int k = 0; k < classes; k++) {
      double a = (double) k / classes;
      for (int i = 0; i < 4; i++) {
        w.putScalar(i, k, 2000 * a / 4);
      }
      b.putScalar(k, -1000 * a * a);
    }
    return written(network, temp.resolve("levels.zip"));
  }

  static void image(Path file, int type, double level) throws IOException {
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(2, 2, type);
    int largest = type == BufferedImage.TYPE_USHORT_GRAY ? 65_535 : 255;
    for (int p = 0; p < 4; p++) {
      image.getRaster().setSample(p % 2, p / 2, 0, (int) Math.round(level * largest));
    }
    ImageIO.write(image, "png", file.toFile());
  }

  static MultiLayerNetwork lstm(int features, int classes) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list()
                .layer(new LastTimeStep(new LSTM.Builder().name("lstm").nOut(32).build()))
                .layer(softmax(classes))
                .setInputType(InputType.recurrent(features))
                .build());
    network.init();
    return network;
  }

  static JsonNode compressed(Path zip, Path data, Path out, Object... more) throws IOException {
    List<Object> args =
        new ArrayList<>(
            List.of("compress", zip, "--data", data, "--out", out, "--target", "weights=0.95"));
    args.addAll(List.of("--admm-epochs", 1, "--fine-epochs", 1));
    args.addAll(List.of(more));
    ToolRun run = ToolRun.of(args.toArray());
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    return new ObjectMapper().readTree(out.resolve("report.json").toFile()).get("summary");
  }
}
