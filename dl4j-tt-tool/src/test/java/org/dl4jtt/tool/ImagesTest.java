package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.dl4jtt.tool.SmallTools.accuracy;
import static org.dl4jtt.tool.SmallTools.compressed;
import static org.dl4jtt.tool.SmallTools.file;
import static org.dl4jtt.tool.SmallTools.identity;
import static org.dl4jtt.tool.SmallTools.image;
import static org.dl4jtt.tool.SmallTools.json;
import static org.dl4jtt.tool.SmallTools.levels;
import static org.dl4jtt.tool.SmallTools.list;
import static org.dl4jtt.tool.SmallTools.refused;
import static org.dl4jtt.tool.SmallTools.written;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Images as people have them. */
class ImagesTest {
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(ints = {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY})
  void depthOfAnImage_doesNotMatter(int type) throws IOException {
    Path data = temp.resolve("data");
    for (int k = 0; k < 5; k++) {
      image(data.resolve("level" + k + "/a.png"), type, k / 5.0);
    }
    assertThat(accuracy("evaluate", levels(temp, 5), "--data", data, "--json")).isEqualTo(1);
  }

  @Test
  void sixteenBitsInColour_areReadAsEight() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list()
                .layer(new ConvolutionLayer.Builder(2, 2).nOut(1).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.convolutional(2, 2, 3))
                .build());
    network.init();
    Path zip = written(network, temp.resolve("colour.zip"));
    var colours = java.awt.color.ColorSpace.getInstance(java.awt.color.ColorSpace.CS_sRGB);
    var deep =
        new java.awt.image.ComponentColorModel(
            colours,
            false,
            false,
            java.awt.Transparency.OPAQUE,
            java.awt.image.DataBuffer.TYPE_USHORT);
    BufferedImage sixteen =
        new BufferedImage(deep, deep.createCompatibleWritableRaster(2, 2), false, null);
    BufferedImage eight = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < 4; p++) {
      for (int c = 0; c < 3; c++) {
        sixteen.getRaster().setSample(p % 2, p / 2, c, 257 * (60 * c + 20 * p));
        eight.getRaster().setSample(p % 2, p / 2, c, 60 * c + 20 * p);
      }
    }
    ImageIO.write(sixteen, "png", temp.resolve("16.png").toFile());
    ImageIO.write(eight, "png", temp.resolve("8.png").toFile());
    for (String colour : List.of("rgb", "bgr")) {
      double[] outputs = new double[2];
      for (int i = 0; i < 2; i++) {
        Path png = temp.resolve(i == 0 ? "16.png" : "8.png");
        JsonNode said = json("predict", zip, "--data", png, "--colours", colour, "--json");
        outputs[i] = said.get(0).get("outputs").get(0).asDouble();
      }
      assertThat(outputs[0]).isCloseTo(outputs[1], within(1e-5)); // float
    }
  }

  @Test
  void symbolicLinks_areWhatTheyPointTo() throws IOException {
    Path store = temp.resolve("store");
    for (int k = 0; k < 3; k++) {
      image(store.resolve("s" + k + "/a.png"), BufferedImage.TYPE_BYTE_GRAY, k / 3.0);
    }
    Path data = Files.createDirectories(temp.resolve("linked"));
    for (int k = 0; k < 3; k++) {
      Files.createSymbolicLink(data.resolve("c" + k), store.resolve("s" + k));
    }
    Path link = Files.createSymbolicLink(temp.resolve("link"), data);
    for (Path path : List.of(data, link)) {
      assertThat(accuracy("evaluate", levels(temp, 3), "--data", path, "--json")).isEqualTo(1);
    }
    Files.createSymbolicLink(data.resolve("c1/loop"), data); // no class, and no end
    assertThat(accuracy("evaluate", levels(temp, 3), "--data", link, "--json")).isEqualTo(1);
    Files.createSymbolicLink(data.resolve("c1/b.png"), temp.resolve("gone.png"));
    refused(ToolRun.of("evaluate", levels(temp, 3), "--data", link), "b.png is no image");
    file(store.resolve("rows.csv"), "1,0,0\n0,1,1\n");
    Path csv = Files.createSymbolicLink(temp.resolve("rows.csv"), store.resolve("rows.csv"));
    assertThat(accuracy("evaluate", identity(temp, 2), "--data", csv, "--json")).isEqualTo(1);
  }

  @Test
  void unreadableImages_areLeftOutUpToAShare_andListed() throws IOException {
    Path data = temp.resolve("data");
    for (int i = 0; i < 12; i++) {
      image(
          data.resolve("c" + i % 3 + "/" + i + ".png"), BufferedImage.TYPE_BYTE_GRAY, i % 3 / 3.0);
    }
    file(data.resolve("c1/broken.png"), "no image");
    Path model = levels(temp, 3);
    refused(ToolRun.of("evaluate", model, "--data", data), "broken.png is no image");
    refused(
        ToolRun.of("evaluate", model, "--data", data, "--skip-unreadable", "1/100"),
        "1 of 13 images cannot be read",
        "allows 0",
        "broken.png");
    ToolRun run = ToolRun.of("evaluate", model, "--data", data, "--skip-unreadable", "0.1");
    assertThat(run.out())
        .contains("accuracy 1.0000", "on 12 ", "1 unreadable, left out: ", "broken");
  }

  @Test
  void imagesThatAreGivenBack_needNoFolders() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list()
                .layer(new ConvolutionLayer.Builder(3, 3).padding(1, 1).nOut(24).build())
                .layer(new ConvolutionLayer.Builder(3, 3).padding(1, 1).name("c").nOut(24).build())
                .layer(
                    new ConvolutionLayer.Builder(1, 1)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new CnnLossLayer.Builder(LossFunction.MSE).build())
                .setInputType(InputType.convolutional(2, 2, 1))
                .build());
    network.init();
    Path zip = written(network, temp.resolve("images.zip"));
    Path data = temp.resolve("data");
    double squares = 0;
    for (int i = 0; i < 20; i++) {
      image(data.resolve(i + ".png"), BufferedImage.TYPE_BYTE_GRAY, i / 20.0);
      INDArray x = Nd4j.valueArrayOf(new long[] {1, 1, 2, 2}, Math.round(i / 20.0 * 255) / 255f);
      squares += network.output(x).squaredDistance(x);
    }
    JsonNode json = json("evaluate", zip, "--data", data, "--autoencoder", "--json");
    assertThat(json.get("mse").asDouble()).isCloseTo(squares / 80, within(1e-6)); // float
    JsonNode summary = compressed(zip, data, temp.resolve("out"), "--autoencoder");
    assertThat(summary.get("score").asText()).isEqualTo("R2");
    assertThat(json("predict", zip, "--data", data, "--json")).hasSize(20);
  }
}
