package org.dl4jtt.tool;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.tool.data.ImageSet;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small models and data for the tool. */
final class Samples {
  static final int SIDE = 28;
  static final int CLASSES = 10;

  private Samples() {}

  private static NeuralNetConfiguration.Builder configuration() {
    return new NeuralNetConfiguration.Builder().seed(3).updater(new Adam(2e-3));
  }

  /** For images of 28x28 as DL4J has them. */
  static MultiLayerNetwork cnn() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            configuration()
                .list()
                .layer(
                    new ConvolutionLayer.Builder(5, 5)
                        .name("conv1")
                        .nOut(8)
                        .stride(2, 2)
                        .activation(Activation.RELU)
                        .build())
                .layer(
                    new ConvolutionLayer.Builder(3, 3)
                        .name("conv2")
                        .nOut(16)
                        .activation(Activation.RELU)
                        .build())
                .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
                .layer(
                    new DenseLayer.Builder()
                        .name("fc")
                        .nOut(64)
                        .activation(Activation.RELU)
                        .build())
                .layer(output("out"))
                .setInputType(InputType.convolutional(SIDE, SIDE, 1))
                .build());
    network.init();
    return network;
  }

  private static OutputLayer output(String name) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .name(name)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  /** A graph for vectors of 784. */
  static ComputationGraph graph() {
    ComputationGraph graph =
        new ComputationGraph(
            configuration()
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.feedForward(SIDE * SIDE))
                .addLayer(
                    "fc",
                    new DenseLayer.Builder().nOut(64).activation(Activation.RELU).build(),
                    "in")
                .addLayer("out", output("out"), "fc")
                .setOutputs("out")
                .build());
    graph.init();
    return graph;
  }

  /** One label for a sequence. */
  static MultiLayerNetwork lstm() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            configuration()
                .list()
                .layer(new LastTimeStep(new LSTM.Builder().name("lstm").nOut(32).build()))
                .layer(output("out"))
                .setInputType(InputType.recurrent(SIDE))
                .build());
    network.init();
    return network;
  }

  /** A label for every step. */
  static MultiLayerNetwork tagger() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            configuration()
                .list()
                .layer(new LSTM.Builder().name("lstm").nOut(16).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .name("out")
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.recurrent(4))
                .build());
    network.init();
    return network;
  }

  /** Writes images as DIR/CLASS/N.png; class names sort as the labels do. */
  static Path images(ImageSet images, Path folder) throws IOException {
    int n = 0;
    for (Item item : items(images)) {
      BufferedImage png = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
      for (int p = 0; p < item.pixels.length; p++) {
        png.getRaster().setSample(p % SIDE, p / SIDE, 0, item.pixels[p]);
      }
      Path file = folder.resolve("class" + item.label).resolve(n++ + ".png");
      Files.createDirectories(file.getParent());
      ImageIO.write(png, "png", file.toFile());
    }
    return folder;
  }

  /** Writes one image a line, the label last. */
  static Path csv(ImageSet images, Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Item item : items(images)) {
      StringBuilder line = new StringBuilder();
      for (int pixel : item.pixels) {
        line.append(pixel).append(',');
      }
      lines.add(line.append(item.label).toString());
    }
    return Files.write(file, lines);
  }

  /** Writes DIR/CLASS/N.csv: a row of the image in each step; shorter ones among them. */
  static Path sequences(ImageSet images, Path folder) throws IOException {
    int n = 0;
    for (Item item : items(images)) {
      List<String> lines = new ArrayList<>();
      for (int row = 0; row < SIDE - n % 3; row++) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < SIDE; column++) {
          line.append(column == 0 ? "" : ",").append(item.pixels[row * SIDE + column] / 255f);
        }
        lines.add(line.toString());
      }
      Path file = folder.resolve(String.valueOf(item.label)).resolve(n++ + ".csv");
      Files.createDirectories(file.getParent());
      Files.write(file, lines);
    }
    return folder;
  }

  private record Item(int[] pixels, int label) {}

  private static List<Item> items(ImageSet images) {
    List<Item> items = new ArrayList<>();
    DataSetIterator batches = images.batches(1);
    while (batches.hasNext()) {
      DataSet one = batches.next();
      int[] pixels = new int[SIDE * SIDE];
      for (int p = 0; p < pixels.length; p++) {
        pixels[p] = Math.round(255 * one.getFeatures().getFloat(p));
      }
      items.add(new Item(pixels, one.getLabels().argMax(1).getInt(0)));
    }
    return items;
  }

  /** The first bytes of a file only. */
  static Path cut(Path file, Path target, double share) {
    try {
      byte[] all = Files.readAllBytes(file);
      return Files.write(target, java.util.Arrays.copyOf(all, (int) (share * all.length)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
