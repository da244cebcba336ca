package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.layers.TensorLayer;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.NetworkLayer;
import org.dl4jtt.surgery.ModelFiles;
import org.dl4jtt.surgery.ModelSurgery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.factory.Nd4j;

class DecompressCommandTest {
  @TempDir private Path temp;

  @Test
  void network_isOrdinaryAgain_predictsTheSame_andKeepsItsNormalizer() throws IOException {
    MultiLayerNetwork network = Samples.cnn();
    MultiLayerNetwork small =
        ModelSurgery.decompose(network, CompressionPlan.of(network).weights(0.5).build());
    Path zip = temp.resolve("small.zip");
    ModelFiles.write(small, zip);
    ImagePreProcessingScaler scaler = new ImagePreProcessingScaler(0, 2);
    ModelSerializer.addNormalizerToModel(zip.toFile(), scaler);
    Path out = temp.resolve("dense.zip");

    ToolRun run = ToolRun.of("decompress", zip, "-o", out);

    assertThat(run.status()).isZero();
    assertThat(run.out()).contains(String.format("%,d", network.numParams()));
    MultiLayerNetwork dense = ModelSerializer.restoreMultiLayerNetwork(out.toFile());
    assertThat(NetworkLayer.of(dense))
        .noneMatch(layer -> layer.configuration() instanceof TensorLayer);
    INDArray x = Nd4j.rand(3, new long[] {2, 784}).reshape(2, 1, 28, 28);
    assertThat(dense.output(x).distance2(small.output(x))).isCloseTo(0, within(1e-5)); // float
    assertThat((Object) ModelSerializer.restoreNormalizerFromFile(out.toFile())).isEqualTo(scaler);
  }

  @Test
  void graph_isOrdinaryAgain() throws IOException {
    ComputationGraph network = Samples.graph();
    ComputationGraph small =
        ModelSurgery.decompose(network, CompressionPlan.of(network).weights(0.5).build());
    Path zip = temp.resolve("small.zip");
    ModelFiles.write(small, zip);
    assertThat(ToolRun.of("decompress", zip, "-o", temp.resolve("dense.zip")).status()).isZero();
    assertThat(ModelFiles.read(temp.resolve("dense.zip")).numParams())
        .isEqualTo(network.numParams());
  }

  @Test
  void failedWrite_leavesTheOldFile() throws IOException {
    Path zip = temp.resolve("m.zip");
    ModelFiles.write(Samples.graph(), zip);
    Path folder = Files.createDirectories(temp.resolve("taken.zip/inside"));
    ToolRun run = ToolRun.of("decompress", zip, "-o", folder.getParent());
    assertThat(run.status()).isEqualTo(2);
    assertThat(folder).isDirectory();
    try (var left = Files.list(temp)) {
      assertThat(left.map(Path::getFileName).map(Path::toString))
          .containsExactlyInAnyOrder("m.zip", "taken.zip");
    }
  }
}
