package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.dl4jtt.tool.SmallTools.accuracy;
import static org.dl4jtt.tool.SmallTools.file;
import static org.dl4jtt.tool.SmallTools.identity;
import static org.dl4jtt.tool.SmallTools.image;
import static org.dl4jtt.tool.SmallTools.json;
import static org.dl4jtt.tool.SmallTools.levels;
import static org.dl4jtt.tool.SmallTools.list;
import static org.dl4jtt.tool.SmallTools.oneHot;
import static org.dl4jtt.tool.SmallTools.refused;
import static org.dl4jtt.tool.SmallTools.softmax;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

/** Classes are numbered by one rule, and scored by all that are there. */
class ClassesTest {
  @TempDir Path temp;

  @Test
  void foldersThatAreNumbers_areNumberedAsNumbers_byAllReaders() throws IOException {
    Path images = temp.resolve("images");
    for (int k = 0; k < 12; k++) {
      image(images.resolve(k + "/a.png"), BufferedImage.TYPE_BYTE_GRAY, k / 12.0);
    }
    assertThat(accuracy("evaluate", levels(temp, 12), "--data", images, "--json")).isEqualTo(1);

    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list()
                .layer(new GlobalPoolingLayer.Builder().build())
                .layer(softmax(12))
                .setInputType(InputType.recurrent(12))
                .build());
    network.init();
    network.getParam("1_W").assign(Nd4j.eye(12).mul(9));
    Path csv = temp.resolve("rows.csv");
    StringBuilder rows = new StringBuilder();
    for (int k = 0; k < 12; k++) {
      rows.append(oneHot(k, 12)).append(',').append(k).append('\n');
    }
    file(csv, rows.toString());
    assertThat(accuracy("evaluate", identity(temp, 12), "--data", csv, "--json")).isEqualTo(1);
  }

  @Test
  void foldersFromOne_areTheFirstClasses() throws IOException {
    Path images = temp.resolve("images");
    for (int k = 0; k < 3; k++) {
      image(images.resolve((k + 1) + "/a.png"), BufferedImage.TYPE_BYTE_GRAY, k / 3.0);
    }
    assertThat(accuracy("evaluate", levels(temp, 3), "--data", images, "--json")).isEqualTo(1);
  }

  @Test
  void namesOfTrainingAndTest_areNumberedTogether_orRefused() throws IOException {
    Path data = temp.resolve("data");
    for (String name : List.of("cat", "dog", "newt")) {
      image(data.resolve("train/" + name + "/a.png"), BufferedImage.TYPE_BYTE_GRAY, 0.5);
    }
    for (String name : List.of("ant", "cat", "dog")) {
      image(data.resolve("test/" + name + "/a.png"), BufferedImage.TYPE_BYTE_GRAY, 0.5);
    }
    Path out = temp.resolve("out");
    Object[] rest = {"--data", data, "--out", out, "--target", "weights=0.9"};
    refused(
        ToolRun.of(
            "compress", levels(temp, 3), rest[0], rest[1], rest[2], rest[3], rest[4], rest[5]),
        "the training data has 3 classes (cat, dog, newt)",
        "the test data has 3 classes (ant, cat, dog)",
        "4 classes in all");
    assertThat(out).doesNotExist();
  }

  @Test
  void fewerNamesThanClasses_needAllNames() throws IOException {
    Path data = temp.resolve("data");
    image(data.resolve("newt/a.png"), BufferedImage.TYPE_BYTE_GRAY, 2 / 3.0);
    image(data.resolve("cat/a.png"), BufferedImage.TYPE_BYTE_GRAY, 0);
    Path model = levels(temp, 3);
    refused(
        ToolRun.of("evaluate", model, "--data", data),
        "tells 3 classes apart, the data has 2 classes (cat, newt)",
        "--classes FILE");
    for (String text :
        List.of(
            "cat\ndog\nnewt\n",
            "[\"cat\",\"dog\",\"newt\"]",
            "{\"newt\": 2, \"cat\": 0, \"dog\": 1}")) {
      Path names = temp.resolve("names");
      file(names, text);
      JsonNode json = json("evaluate", model, "--data", data, "--classes", names, "--json");
      assertThat(json.get("accuracy").asDouble()).isEqualTo(1);
      assertThat(json.get("classes").asText()).isEqualTo("0 cat, 1 dog, 2 newt");
      ToolRun predicted = ToolRun.of("predict", model, "--data", data, "--classes", names);
      assertThat(predicted.out()).containsPattern("cat/a.png  cat  1").containsPattern("newt  1");
    }
    Path two = temp.resolve("two");
    file(two, "cat\nnewt\n");
    refused(
        ToolRun.of("evaluate", model, "--data", data, "--classes", two),
        "3 classes apart, --classes names 2");
    file(two, "cat\ndog\nemu\n");
    refused(
        ToolRun.of("evaluate", model, "--data", data, "--classes", two),
        "label 'newt' is none of the 3 classes (cat, dog, emu)");
  }

  @Test
  void emptyFolderOfAClass_isAClass() throws IOException {
    Path data = temp.resolve("data");
    image(data.resolve("cat/a.png"), BufferedImage.TYPE_BYTE_GRAY, 0);
    Files.createDirectories(data.resolve("dog"));
    Files.createDirectories(data.resolve(".ipynb_checkpoints"));
    image(data.resolve("newt/a.png"), BufferedImage.TYPE_BYTE_GRAY, 2 / 3.0);
    assertThat(accuracy("evaluate", levels(temp, 3), "--data", data, "--json")).isEqualTo(1);
  }

  @Test
  void classThatIsNeverPredicted_countsInTheMeans() throws IOException {
    // there: 0 0 0 1 1 2; predicted: 0 0 0 0 1 0
    Path csv = temp.resolve("rows.csv");
    file(csv, "1,0,0,0\n1,0,0,0\n1,0,0,0\n1,0,0,1\n0,1,0,1\n1,0,0,2\n");
    JsonNode json = json("evaluate", identity(temp, 3), "--data", csv, "--json");
    assertThat(json.get("accuracy").asDouble()).isCloseTo(4 / 6.0, within(1e-12));
    assertThat(json.get("precision").asDouble()).isCloseTo((3 / 5.0 + 1 + 0) / 3, within(1e-12));
    assertThat(json.get("recall").asDouble()).isCloseTo((1 + 1 / 2.0 + 0) / 3, within(1e-12));
    assertThat(json.get("f1").asDouble()).isCloseTo((6 / 8.0 + 2 / 3.0 + 0) / 3, within(1e-12));
    // a class that is neither there nor predicted says nothing of the model
    file(csv, "1,0,0,0\n0,1,0,1\n");
    json = json("evaluate", identity(temp, 3), "--data", csv, "--json");
    assertThat(json.get("f1").asDouble()).isEqualTo(1);
  }

  @Test
  void accuracyNearChance_isAWarning() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      rows.append(oneHot(i % 3, 3)).append(',').append(i / 3 % 3).append('\n');
    }
    Path csv = temp.resolve("rows.csv");
    file(csv, rows.toString());
    assertThat(ToolRun.of("evaluate", identity(temp, 3), "--data", csv).out())
        .contains("warning: an accuracy of 0.", "is near chance, 0.3333 for 3 classes");
  }
}
