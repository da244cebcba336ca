package org.dl4jtt.layers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.tensor.Scheme;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Writes testdata/models: a small trained network for every layer type, and beside each zip a text
 * with an input and the network's predictions. See the README there before you run it.
 */
public final class SavedModels {
  private static final int BATCH = 3;
  private static final int STEPS = 4;

  private SavedModels() {}

  /** A network of one layer of ours and an output layer. */
  record Example(String name, boolean graph, InputType input, Layer layer) {}

  static List<Example> examples() {
    InputType vector = InputType.feedForward(8);
    InputType series = InputType.recurrent(6, STEPS, RNNFormat.NCW);
    InputType seriesLast = InputType.recurrent(6, STEPS, RNNFormat.NWC);
    return List.of(
        mln("tt-dense-paired", vector, new TTDense.Builder().nOut(6).autoModes(2).ranks(3).build()),
        graph(
            "tt-dense-separated",
            vector,
            new TTDense.Builder()
                .scheme(Scheme.SEPARATED)
                .nOut(6)
                .inputModes(4, 2)
                .outputModes(2, 3)
                .ranks(2, 4, 2)
                .hasBias(false)
                .build()),
        mln("tr-dense", vector, new TRDense.Builder().nOut(6).autoModes(3).ranks(2).build()),
        mln(
            "tt-conv-separated",
            InputType.convolutional(5, 4, 4),
            new TTConv.Builder(3, 2)
                .nOut(6)
                .stride(2, 1)
                .inputModes(2, 2)
                .outputModes(2, 3)
                .ranks(2, 4, 3, 2)
                .build()),
        graph(
            "tt-conv-paired",
            InputType.convolutional(5, 4, 4, CNN2DFormat.NHWC),
            new TTConv.Builder(2, 3)
                .scheme(Scheme.PAIRED)
                .nOut(6)
                .inputModes(2, 2)
                .outputModes(2, 3)
                .ranks(3)
                .build()),
        graph(
            "tr-conv",
            InputType.convolutional(5, 4, 4),
            new TRConv.Builder(2, 2).nOut(6).dilation(2, 1).autoModes(1).ranks(2).build()),
        mln(
            "tt-lstm",
            series,
            new TTLSTM.Builder().nOut(4).inputModes(2, 3).outputModes(2, 2).ranks(3).build()),
        graph(
            "tr-lstm",
            seriesLast,
            new TRLSTM.Builder()
                .nOut(4)
                .inputModes(2, 3)
                .outputModes(2, 2)
                .ranks(2)
                .recurrentRanks(2)
                .dataFormat(RNNFormat.NWC)
                .build()),
        mln(
            "tt-embedding",
            InputType.feedForward(12),
            new TTEmbedding.Builder()
                .nOut(6)
                .hasBias(true)
                .inputModes(3, 4)
                .outputModes(2, 3)
                .ranks(3)
                .build()),
        graph(
            "tt-embedding-sequence",
            InputType.recurrent(12, STEPS, RNNFormat.NCW),
            new TTEmbedding.Builder()
                .nOut(6)
                .sequence(true)
                .inputModes(3, 4)
                .outputModes(2, 3)
                .ranks(3)
                .build()));
  }

  private static Example mln(String name, InputType input, Layer layer) {
    return new Example(name, false, input, layer);
  }

  private static Example graph(String name, InputType input, Layer layer) {
    return new Example(name, true, input, layer);
  }

  /**
   * Writes the models that are not there yet: one that is, is kept for ever.
   *
   * @param args the folder
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    for (Example example : examples()) {
      if (!Files.exists(folder.resolve(example.name + ".zip"))) {
        write(example, folder);
      }
    }
  }

  private static void write(Example example, Path folder) throws IOException {
    INDArray x = input(example);
    Model model = example.graph ? graph(example) : network(example);
    INDArray shaped = predictions(model, x);
    INDArray labels = random(shaped.shape());
    for (int i = 0; i < 2; i++) { // so that there is updater state to be saved
      if (model instanceof ComputationGraph graph) {
        graph.fit(new INDArray[] {x}, new INDArray[] {labels});
      } else {
        ((MultiLayerNetwork) model).fit(x, labels);
      }
    }
    ModelSerializer.writeModel(model, folder.resolve(example.name + ".zip").toFile(), true);
    String text = text("input", x) + text("predictions", predictions(model, x));
    Files.writeString(folder.resolve(example.name + ".txt"), text);
  }

  static INDArray predictions(Model model, INDArray x) {
    return model instanceof ComputationGraph graph
        ? graph.outputSingle(x)
        : ((MultiLayerNetwork) model).output(x);
  }

  private static NeuralNetConfiguration.Builder global() {
    return new NeuralNetConfiguration.Builder()
        .seed(2026)
        .dataType(DataType.FLOAT)
        .activation(Activation.TANH)
        .updater(new Adam(0.01));
  }

  private static Layer output(Example example) {
    if (example.input instanceof InputType.InputTypeRecurrent series) {
      return new RnnOutputLayer.Builder()
          .nOut(3)
          .activation(Activation.SOFTMAX)
          .dataFormat(series.getFormat())
          .build();
    }
    return new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build();
  }

  private static MultiLayerNetwork network(Example example) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            global().list(example.layer, output(example)).setInputType(example.input).build());
    network.init();
    return network;
  }

  private static ComputationGraph graph(Example example) {
    ComputationGraph graph =
        new ComputationGraph(
            global()
                .graphBuilder()
                .addInputs("in")
                .addLayer("layer", example.layer, "in")
                .addLayer("out", output(example), "layer")
                .setOutputs("out")
                .setInputTypes(example.input)
                .build());
    graph.init();
    return graph;
  }

  private static INDArray input(Example example) {
    if (example.layer instanceof TTEmbedding embedding) {
      int steps = embedding.isSequence() ? STEPS : 1;
      INDArray indices = Nd4j.create(DataType.FLOAT, BATCH, steps);
      for (int i = 0; i < indices.length(); i++) {
        indices.putScalar(i, (5 * i + 3) % 12);
      }
      return indices;
    }
    long[] shape = example.input.getShape(true);
    shape[0] = BATCH;
    return random(shape);
  }

  /** From Java's generator: the same on every machine. */
  private static INDArray random(long[] shape) {
    Random random = new Random(3);
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return Nd4j.createFromArray(values).reshape('c', shape);
  }

  /** {@code name.shape: 3 8} and {@code name: 0.1 0.2 …}, in 'c' order. */
  private static String text(String name, INDArray array) {
    String shape =
        Arrays.stream(array.shape()).mapToObj(Long::toString).collect(Collectors.joining(" "));
    List<String> values = new ArrayList<>();
    for (float value : array.dup('c').data().asFloat()) {
      values.add(Float.toString(value));
    }
    return name + ".shape: " + shape + "\n" + name + ": " + String.join(" ", values) + "\n";
  }

  /** Reads one of the arrays that {@link #main} wrote. */
  static INDArray read(Path file, String name) throws IOException {
    List<String> lines = Files.readAllLines(file);
    long[] shape = numbers(lines, name + ".shape").mapToLong(Long::parseLong).toArray();
    List<Float> values = numbers(lines, name).map(Float::valueOf).toList();
    INDArray array = Nd4j.create(DataType.FLOAT, shape, 'c');
    for (int i = 0; i < values.size(); i++) {
      array.putScalar(i, values.get(i));
    }
    return array;
  }

  private static Stream<String> numbers(List<String> lines, String name) {
    String start = name + ": ";
    String line = lines.stream().filter(l -> l.startsWith(start)).findFirst().orElseThrow();
    return Arrays.stream(line.substring(start.length()).split(" "));
  }
}
