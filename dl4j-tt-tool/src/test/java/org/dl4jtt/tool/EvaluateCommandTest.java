package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.surgery.ModelFiles;
import org.dl4jtt.tool.data.ImageSet;
import org.dl4jtt.tool.data.SmallData;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Every kind of data gives what DL4J's own evaluation of the same examples gives. */
class EvaluateCommandTest {
  private static final int TEST = 150;

  @TempDir private static Path temp;
  private static Path data;
  private static ImageSet test;
  private static Path cnn;
  private static Path graph;
  private static double ofCnn;
  private static double ofGraph;

  @BeforeAll
  static void train() throws IOException {
    data = SmallData.write(temp.resolve("idx"), 300, TEST);
    test = ImageSet.test(data);
    MultiLayerNetwork network = Samples.cnn();
    for (int epoch = 0; epoch < 3; epoch++) {
      network.fit(ImageSet.training(data).shuffled(32, 1, epoch));
    }
    cnn = temp.resolve("cnn.zip");
    ModelFiles.write(network, cnn);
    ofCnn = network.evaluate(test.batches(50)).accuracy();
    assertThat(ofCnn).isBetween(0.3, 0.95); // it tells something

    ComputationGraph vectors = Samples.graph();
    List<DataSet> flat = new ArrayList<>();
    test.batches(TEST).forEachRemaining(d -> flat.add(d));
    INDArray x = flat.get(0).getFeatures().reshape(TEST, 784);
    Evaluation evaluation = new Evaluation(10);
    evaluation.eval(flat.get(0).getLabels(), vectors.output(x)[0]);
    ofGraph = evaluation.accuracy();
    graph = temp.resolve("graph.zip");
    ModelFiles.write(vectors, graph);
  }

  private static double accuracy(Object... args) throws IOException {
    ToolRun run = ToolRun.of(args);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    return run.json().get("accuracy").asDouble();
  }

  @Test
  void idx_isRead_fromFolderAndFromFile() throws IOException {
    assertThat(accuracy("evaluate", cnn, "--data", data, "--json")).isEqualTo(ofCnn);
    Path file = data.resolve("t10k-images-idx3-ubyte.gz");
    assertThat(accuracy("evaluate", cnn, "--data", file, "--json", "--batch", 7)).isEqualTo(ofCnn);
  }

  /** Class 0 where the first channel is the brighter one, class 1 where the last is. */
  private static Path firstChannelAgainstLast() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(4, 4, 3))
                .build());
    network.init();
    INDArray w = network.getParam("0_W").assign(0); // [3 channels of 16 pixels, 2]
    w.get(NDArrayIndex.interval(0, 16), NDArrayIndex.point(0)).assign(1);
    w.get(NDArrayIndex.interval(32, 48), NDArrayIndex.point(1)).assign(1);
    Path zip = temp.resolve("channels.zip");
    ModelFiles.write(network, zip);
    return zip;
  }

  @Test
  void colours_sayWhichChannelComesFirst() throws IOException {
    Path model = firstChannelAgainstLast();
    Path images = temp.resolve("colours");
    Map<String, Integer> colours = Map.of("a-red", 0xff2020, "b-blue", 0x2020ff);
    for (Map.Entry<String, Integer> colour : colours.entrySet()) {
      Path folder = Files.createDirectories(images.resolve(colour.getKey()));
      BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
      for (int i = 0; i < 16; i++) {
        image.setRGB(i % 4, i / 4, colour.getValue());
      }
      ImageIO.write(image, "png", folder.resolve("0.png").toFile());
    }
    List<Object> evaluate =
        List.of("evaluate", model, "--data", images, "--scale", "unit", "--json");

    assertThat(accuracy(with(evaluate, "--colours", "rgb"))).isEqualTo(1);
    assertThat(accuracy(with(evaluate, "--colours", "bgr"))).isZero();
    assertThat(accuracy(with(evaluate))).as("a DL4J zip: blue first").isZero();
    ToolRun unknown = ToolRun.of(with(evaluate, "--colours", "cmyk"));
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("'cmyk' is none of rgb, bgr");
  }

  private static Object[] with(List<Object> arguments, Object... more) {
    return Stream.concat(arguments.stream(), Stream.of(more)).toArray();
  }

  @Test
  void imageFolder_isRead_asTheSameImagesAreFromIdx() throws IOException {
    Path folder = Samples.images(test, temp.resolve("images"));
    assertThat(accuracy("evaluate", cnn, "--data", folder, "--json")).isEqualTo(ofCnn);
  }

  @Test
  void partsOfAFolder_areToldApart() throws IOException {
    Samples.images(test.first(20), temp.resolve("halves/train"));
    Samples.images(test, temp.resolve("halves/test"));
    JsonNode json = ToolRun.of("evaluate", cnn, "--data", temp.resolve("halves"), "--json").json();
    assertThat(json.get("examples").asInt()).isEqualTo(TEST);
    assertThat(json.get("accuracy").asDouble()).isEqualTo(ofCnn);
  }

  @Test
  void csv_isReadIntoVectors_andImagesAreFlattenedForThem() throws IOException {
    Path csv = Samples.csv(test, temp.resolve("test.csv"));
    assertThat(accuracy("evaluate", graph, "--data", csv, "--scale", "unit", "--json"))
        .isCloseTo(ofGraph, within(1e-9));
    assertThat(accuracy("evaluate", graph, "--data", data, "--json"))
        .isCloseTo(ofGraph, within(1e-9));
  }

  @Test
  void csv_withHeadingsLabelFirstAndSemicolons() throws IOException {
    List<String> lines = new ArrayList<>(List.of("label;pixels"));
    for (String line : Files.readAllLines(Samples.csv(test, temp.resolve("plain.csv")))) {
      int comma = line.lastIndexOf(',');
      lines.add(line.substring(comma + 1) + ";" + line.substring(0, comma).replace(',', ';'));
    }
    Path csv = Files.write(temp.resolve("other.csv"), lines);
    Object[] args = {
      "evaluate",
      graph,
      "--data",
      csv,
      "--scale",
      "unit",
      "--json",
      "--skip-lines",
      1,
      "--delimiter",
      ";",
      "--label-column",
      0
    };
    assertThat(accuracy(args)).isCloseTo(ofGraph, within(1e-9));
  }

  @Test
  void normalizerOfTheZip_isUsed() throws IOException {
    Path zip = Files.copy(cnn, temp.resolve("normalized.zip"));
    // Wrong on purpose: it must be seen to act.
    ModelSerializer.addNormalizerToModel(zip.toFile(), new ImagePreProcessingScaler(-3, 0));
    Evaluation expected = new Evaluation(10);
    MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(cnn.toFile());
    test.batches(TEST)
        .forEachRemaining(
            d -> expected.eval(d.getLabels(), network.output(d.getFeatures().mul(3).subi(3))));
    assertThat(accuracy("evaluate", zip, "--data", data, "--json"))
        .isEqualTo(expected.accuracy())
        .isNotEqualTo(ofCnn);
  }

  @Test
  void sequencesOfSeveralLengths_giveTheirLastState() throws IOException {
    MultiLayerNetwork lstm = Samples.lstm();
    Path zip = temp.resolve("lstm.zip");
    ModelFiles.write(lstm, zip);
    Path folder = Samples.sequences(test, temp.resolve("sequences"));
    // Each sequence by itself: no batches, no masks.
    int right = 0;
    try (var files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        List<String> rows = Files.readAllLines(file);
        float[][][] x = new float[1][28][rows.size()];
        for (int t = 0; t < rows.size(); t++) {
          String[] cells = rows.get(t).split(",");
          for (int f = 0; f < 28; f++) {
            x[0][f][t] = Float.parseFloat(cells[f]);
          }
        }
        int predicted = lstm.output(Nd4j.createFromArray(x)).argMax(1).getInt(0);
        right += predicted == Integer.parseInt(file.getParent().getFileName().toString()) ? 1 : 0;
      }
    }
    assertThat(accuracy("evaluate", zip, "--data", folder, "--json", "--batch", 32))
        .isCloseTo(right / (double) TEST, within(1e-9));
  }

  @Test
  void labelsOfSteps_areEachCounted() throws IOException {
    MultiLayerNetwork tagger = Samples.tagger();
    Path zip = temp.resolve("tagger.zip");
    ModelFiles.write(tagger, zip);
    Random random = new Random(4);
    Path folder = Files.createDirectories(temp.resolve("tags"));
    int steps = 0;
    int right = 0;
    for (int i = 0; i < 9; i++) {
      int length = 3 + i % 4;
      float[][][] x = new float[1][4][length];
      List<String> lines = new ArrayList<>();
      int[] labels = new int[length];
      for (int t = 0; t < length; t++) {
        StringBuilder line = new StringBuilder();
        for (int f = 0; f < 4; f++) {
          x[0][f][t] = random.nextFloat();
          line.append(x[0][f][t]).append(',');
        }
        labels[t] = (i + t) % 3;
        lines.add(line.append(labels[t]).toString());
      }
      Files.write(folder.resolve(i + ".csv"), lines);
      INDArray predicted = tagger.output(Nd4j.createFromArray(x)).argMax(1);
      for (int t = 0; t < length; t++) {
        right += predicted.getInt(t) == labels[t] ? 1 : 0;
        steps++;
      }
    }
    JsonNode json = ToolRun.of("evaluate", zip, "--data", folder, "--json").json();
    assertThat(json.get("examples").asInt()).isEqualTo(steps);
    assertThat(json.get("accuracy").asDouble()).isCloseTo(right / (double) steps, within(1e-9));
  }

  @Test
  void text_saysHowManyExamples() {
    assertThat(ToolRun.of("evaluate", cnn, "--data", data).out())
        .contains("accuracy 0.", "on 150 examples");
  }
}
