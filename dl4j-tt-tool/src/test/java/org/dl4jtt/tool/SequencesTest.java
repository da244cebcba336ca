package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.dl4jtt.tool.SmallTools.compressed;
import static org.dl4jtt.tool.SmallTools.file;
import static org.dl4jtt.tool.SmallTools.json;
import static org.dl4jtt.tool.SmallTools.list;
import static org.dl4jtt.tool.SmallTools.refused;
import static org.dl4jtt.tool.SmallTools.softmax;
import static org.dl4jtt.tool.SmallTools.written;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.dl4jtt.surgery.ModelFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Sequences, and models that give back what they get. */
class SequencesTest {
  @TempDir Path temp;

  @Test
  void numbersOfEveryStep_areMet_andPaddingIsNoStep() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list()
                .layer(new LSTM.Builder().name("lstm").nOut(48).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .name("out")
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(32))
                .build());
    network.init();
    Path zip = written(network, temp.resolve("steps.zip"));
    Random random = new Random(3);
    double squares = 0;
    int steps = 0;
    Path data = temp.resolve("steps");
    for (int i = 0; i < 12; i++) {
      int length = 2 + i % 4;
      float[][][] x = new float[1][32][length];
      StringBuilder text = new StringBuilder();
      for (int t = 0; t < length; t++) {
        for (int f = 0; f < 32; f++) {
          x[0][f][t] = random.nextInt(100) / 100f;
          text.append(x[0][f][t]).append(',');
        }
        text.append(t).append(',').append(-t).append('\n');
      }
      file(data.resolve(i + ".csv"), text.toString());
      INDArray y = network.output(Nd4j.createFromArray(x));
      for (int t = 0; t < length; t++) {
        squares += Math.pow(y.getDouble(0, 0, t) - t, 2) + Math.pow(y.getDouble(0, 1, t) + t, 2);
        steps++;
      }
    }
    JsonNode json = json("evaluate", zip, "--data", data, "--json", "--batch", 5);
    assertThat(json.get("mse").asDouble()).isCloseTo(squares / steps / 2, within(1e-5)); // float
    assertThat(json.get("examples").asInt()).isEqualTo(steps);
    assertThat(json.get("columns")).hasSize(2);
    assertThat(ToolRun.of("predict", zip, "--data", data).out().lines()).hasSize(steps);
    Path out = temp.resolve("out");
    compressed(zip, data, out);
  }

  @Test
  void wordsFirst_anInputThatTheModelDoesNotTell_getsSmallAndAReport() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list()
                .layer(new EmbeddingSequenceLayer.Builder().nIn(50).nOut(32).build())
                .layer(new GlobalPoolingLayer.Builder().build())
                .layer(new DenseLayer.Builder().name("fc").nOut(48).build())
                .layer(softmax(2))
                .setInputType(InputType.recurrent(50))
                .build());
    network.init();
    Path zip = written(network, temp.resolve("words.zip"));
    Random random = new Random(5);
    for (int i = 0; i < 20; i++) {
      StringBuilder words = new StringBuilder();
      for (int t = 0; t < 3 + i % 3; t++) {
        words.append(random.nextInt(50)).append('\n');
      }
      file(
          temp.resolve("texts/" + (i % 2 == 0 ? "bad" : "good") + "/" + i + ".csv"),
          words.toString());
    }
    JsonNode summary = compressed(zip, temp.resolve("texts"), temp.resolve("out"));
    assertThat(summary.get("after").get("weights").asLong())
        .isLessThan(summary.get("before").get("weights").asLong());
    assertThat(temp.resolve("out/report.html")).exists();
  }

  @Test
  void autoencoder_learnsItsFeatures() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list()
                .layer(new DenseLayer.Builder().name("fc").nOut(48).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .name("out")
                        .nOut(32)
                        .activation(Activation.SIGMOID)
                        .build())
                .setInputType(InputType.feedForward(32))
                .build());
    network.init();
    Path zip = written(network, temp.resolve("auto.zip"));
    Random random = new Random(6);
    StringBuilder rows = new StringBuilder();
    double squares = 0;
    for (int i = 0; i < 20; i++) {
      float[] x = new float[32];
      List<String> cells = new ArrayList<>();
      for (int j = 0; j < 32; j++) {
        x[j] = random.nextInt(100) / 100f;
        cells.add(String.valueOf(x[j]));
      }
      rows.append(String.join(",", cells)).append('\n');
      INDArray in = Nd4j.createFromArray(new float[][] {x});
      squares += network.output(in).squaredDistance(in);
    }
    Path csv = temp.resolve("rows.csv");
    file(csv, rows.toString());
    JsonNode json = json("evaluate", zip, "--data", csv, "--autoencoder", "--json");
    assertThat(json.get("mse").asDouble()).isCloseTo(squares / 20 / 32, within(1e-6)); // float
    JsonNode summary = compressed(zip, csv, temp.resolve("out"), "--autoencoder");
    assertThat(summary.get("score").asText()).isEqualTo("R2");
  }

  /** As Keras' Bidirectional(return_sequences=False) becomes. */
  @Test
  void networkThatHasNoUpdater_isSavedWithout_andNotTrained() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list()
                .layer(
                    new Bidirectional(
                        Bidirectional.Mode.CONCAT,
                        new LastTimeStep(
                            new LSTM.Builder()
                                .nIn(4)
                                .nOut(6)
                                .weightInit(WeightInit.XAVIER)
                                .weightInitRecurrent(WeightInit.XAVIER)
                                .activation(Activation.TANH)
                                .updater(new Sgd(0.1))
                                .build())))
                .layer(softmax(2))
                .setInputType(InputType.recurrent(4))
                .build());
    network.init();
    Path zip = written(network, temp.resolve("both.zip"));
    Path dense = temp.resolve("dense.zip");
    assertThat(ToolRun.of("decompress", zip, "-o", dense).out())
        .contains("saved without an updater: DL4J makes none");
    assertThat(ModelFiles.read(dense).params()).isEqualTo(network.params());
    file(temp.resolve("data/0/a.csv"), "1,2,3,4\n5,6,7,8\n");
    file(temp.resolve("data/1/b.csv"), "1,2,3,5\n");
    Path out = temp.resolve("out");
    refused(
        ToolRun.of(
            "compress",
            zip,
            "--data",
            temp.resolve("data"),
            "--out",
            out,
            "--target",
            "weights=0.9"),
        "both.zip has no updater to train with");
    assertThat(out).doesNotExist();
  }
}
