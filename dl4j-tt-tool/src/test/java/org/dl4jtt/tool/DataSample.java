package org.dl4jtt.tool;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** A kind of data: examples, how they are written, and a network for them. */
enum DataSample {
  /** One example in each line of a table. */
  ROWS,
  /** Files with a line for each step, and one label for the sequence: its folder, or the last. */
  SEQUENCES,
  /** Files with a line for each step, each with its label. */
  STEPS,
  /** Images in folders. */
  IMAGES;

  private static final int N = 24;
  private static final int INPUTS = 32;
  private static final int SIDE = 6;

  private static final List<TaskSample> BRIEFLY =
      List.of(
          TaskSample.SOFTMAX,
          TaskSample.SPARSE,
          TaskSample.HINGE,
          TaskSample.ONE_SIGMOID,
          TaskSample.SEVERAL_LABELS,
          TaskSample.NUMBERS);

  /**
   * An example.
   *
   * @param x [steps][inputs], or [1][pixels], bytes
   * @param kinds of each step
   */
  record Example(float[][] x, int[] kinds) {}

  /** All tasks of rows; one of each sort of the others, those that folders can tell of images. */
  List<TaskSample> tasks() {
    return switch (this) {
      case ROWS -> List.of(TaskSample.values());
      case SEQUENCES, STEPS -> BRIEFLY;
      case IMAGES -> BRIEFLY.stream().filter(TaskSample::isOfClasses).toList();
    };
  }

  List<Example> examples() {
    Random random = new Random(4);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < N; i++) {
      int first = i % TaskSample.KINDS;
      int steps = this == SEQUENCES || this == STEPS ? 2 + i % 4 : 1;
      float[][] x = new float[steps][this == IMAGES ? SIDE * SIDE : INPUTS];
      for (float[] step : x) {
        for (int j = 0; j < step.length; j++) {
          step[j] = this == IMAGES ? random.nextInt(256) : random.nextInt(1000) / 1000f;
        }
      }
      int[] kinds =
          IntStream.range(0, steps)
              .map(t -> this == STEPS ? (first + t) % TaskSample.KINDS : first)
              .toArray();
      examples.add(new Example(x, kinds));
    }
    return examples;
  }

  MultiLayerNetwork network(TaskSample task) {
    ListBuilder list = new NeuralNetConfiguration.Builder().seed(9).updater(new Adam(1e-3)).list();
    OutputLayer output =
        new OutputLayer.Builder(task.loss)
            .name("out")
            .nOut(task.outputs)
            .activation(task.activation)
            .build();
    LSTM lstm = new LSTM.Builder().name("lstm").nOut(40).build();
    ListBuilder whole =
        switch (this) {
          case ROWS ->
              list.layer(dense()).layer(output).setInputType(InputType.feedForward(INPUTS));
          case SEQUENCES ->
              list.layer(new LastTimeStep(lstm))
                  .layer(output)
                  .setInputType(InputType.recurrent(INPUTS));
          case STEPS ->
              list.layer(lstm)
                  .layer(
                      new RnnOutputLayer.Builder(task.loss)
                          .name("out")
                          .nOut(task.outputs)
                          .activation(task.activation)
                          .build())
                  .setInputType(InputType.recurrent(INPUTS));
          case IMAGES ->
              list.layer(dense())
                  .layer(output)
                  .setInputType(InputType.convolutional(SIDE, SIDE, 1));
        };
    MultiLayerNetwork network = new MultiLayerNetwork(whole.build());
    network.init();
    return network;
  }

  private static DenseLayer dense() {
    return new DenseLayer.Builder().name("fc").nOut(48).activation(Activation.TANH).build();
  }

  /** Writes the examples; without labels, or with them as the task has them. */
  Path write(TaskSample task, Path folder, boolean labelled) throws IOException {
    List<Example> examples = examples();
    if (this == ROWS) {
      List<String> lines = new ArrayList<>();
      examples.forEach(example -> lines.add(line(task, example, 0, labelled)));
      return Files.write(folder.resolve("rows.csv"), lines);
    }
    for (int i = 0; i < N; i++) {
      Example example = examples.get(i);
      boolean byFolder = labelled && this != STEPS && task.isOfClasses();
      Path file =
          Files.createDirectories(byFolder ? folder.resolve(task.cells(example.kinds[0])) : folder)
              .resolve(i + (this == IMAGES ? ".png" : ".csv"));
      if (this == IMAGES) {
        ImageIO.write(image(example.x[0]), "png", file.toFile());
      } else {
        List<String> lines = new ArrayList<>();
        for (int t = 0; t < example.x.length; t++) {
          lines.add(line(task, example, t, labelled && !byFolder));
        }
        Files.write(file, lines);
      }
    }
    return folder;
  }

  private static BufferedImage image(float[] pixels) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
    for (int p = 0; p < pixels.length; p++) {
      image.getRaster().setSample(p % SIDE, p / SIDE, 0, pixels[p]);
    }
    return image;
  }

  private static String line(TaskSample task, Example example, int step, boolean labelled) {
    List<String> cells = new ArrayList<>();
    for (float x : example.x[step]) {
      cells.add(String.valueOf(x));
    }
    if (labelled) {
      cells.add(task.cells(example.kinds[step]));
    }
    return String.join(",", cells);
  }

  /** What the network says of an example by itself: of each step, or once. */
  List<float[]> outputs(MultiLayerNetwork network, Example example) {
    if (this == ROWS || this == IMAGES) {
      INDArray x = Nd4j.createFromArray(example.x);
      INDArray in = this == ROWS ? x : x.div(255).reshape('c', 1, 1, SIDE, SIDE);
      return List.of(network.output(in).toFloatVector());
    }
    INDArray sequence = Nd4j.createFromArray(example.x).transpose().dup('c');
    INDArray out = network.output(sequence.reshape('c', 1, INPUTS, example.x.length));
    if (this == SEQUENCES) {
      return List.of(out.toFloatVector());
    }
    List<float[]> steps = new ArrayList<>();
    for (int t = 0; t < example.x.length; t++) {
      float[] step = new float[(int) out.size(1)];
      for (int k = 0; k < step.length; k++) {
        step[k] = out.getFloat(0, k, t);
      }
      steps.add(step);
    }
    return steps;
  }
}
