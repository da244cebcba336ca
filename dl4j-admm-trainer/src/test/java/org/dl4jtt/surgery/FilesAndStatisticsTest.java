package org.dl4jtt.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Model files that are whole or refused; batch-norm statistics against sums by hand. */
class FilesAndStatisticsTest {
  @TempDir Path folder;

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new BatchNormalization.Builder().useLogStd(false).name("bn").build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.feedForward(3))
                .build());
    network.init();
    return network;
  }

  @Test
  void statistics_averageMeansAndVariancesOfTheBatches_andNothingElseChanges() {
    MultiLayerNetwork network = network();
    Nd4j.getRandom().setSeed(1);
    INDArray x = Nd4j.randn(DataType.DOUBLE, 12, 3).muli(3).addi(5);
    INDArray weights = network.getParam("1_W").dup();
    INDArray gamma = network.getParam("0_gamma").dup();

    BatchNormStatistics.reestimate(
        network,
        new ListDataSetIterator<>(new DataSet(x, Nd4j.zeros(DataType.DOUBLE, 12, 2)).asList(), 4));

    for (int j = 0; j < 3; j++) {
      double mean = 0;
      double variance = 0; // within a batch, as in DL4J's running statistics
      for (int first = 0; first < 12; first += 4) {
        double sum = 0;
        double squares = 0;
        for (int i = first; i < first + 4; i++) {
          sum += x.getDouble(i, j);
          squares += x.getDouble(i, j) * x.getDouble(i, j);
        }
        mean += sum / 12;
        variance += (squares / 4 - sum / 4 * sum / 4) / 3;
      }
      assertThat(network.getParam("0_mean").getDouble(j)).isCloseTo(mean, within(1e-12));
      assertThat(network.getParam("0_var").getDouble(j))
          .isCloseTo(variance, within(1e-10)); // squares of about 34
    }
    assertThat(network.getParam("1_W")).isEqualTo(weights);
    assertThat(network.getParam("0_gamma")).isEqualTo(gamma);
  }

  @Test
  void whatIsNoModel_isRefused_andNothingIsLost() throws IOException {
    Path text = Files.writeString(folder.resolve("text.zip"), "no zip at all");
    Path good = folder.resolve("good.zip");
    ModelFiles.write(network(), good);
    byte[] whole = Files.readAllBytes(good);

    assertThatThrownBy(() -> ModelFiles.read(text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("text.zip");
    assertThatThrownBy(() -> ModelFiles.read(folder.resolve("absent.zip")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("absent.zip");
    assertThatThrownBy(() -> ModelFiles.write(network(), good, text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("text.zip");
    assertThat(Files.readAllBytes(good)).isEqualTo(whole);
    assertThat(ModelFiles.read(good).params()).isEqualTo(network().params());
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(text, good); // no part is left behind
    }
  }
}
