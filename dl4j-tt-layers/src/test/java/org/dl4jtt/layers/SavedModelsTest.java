package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A saved model is for ever: those in testdata/models still load and predict what they did. */
class SavedModelsTest {
  private static final Path FOLDER = Path.of(System.getProperty("dl4jtt.testdata"), "models");

  static List<SavedModels.Example> examples() {
    return SavedModels.examples();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void restored_predictsWhatWasStored(SavedModels.Example example) throws IOException {
    File zip = FOLDER.resolve(example.name() + ".zip").toFile();
    Path text = FOLDER.resolve(example.name() + ".txt");
    Model model =
        example.graph()
            ? ModelSerializer.restoreComputationGraph(zip, true)
            : ModelSerializer.restoreMultiLayerNetwork(zip, true);
    INDArray x = SavedModels.read(text, "input");
    INDArray predictions = SavedModels.predictions(model, x);
    INDArray stored = SavedModels.read(text, "predictions");
    assertThat(predictions.shape()).isEqualTo(stored.shape());
    // Probabilities in float; processors differ in the order of sums. A core read in another
    // layout would move them by a hundredth and more.
    assertThat(predictions.sub(stored).amaxNumber().doubleValue()).isLessThan(1e-5);
  }

  @Test
  void everyFileBelongsToAnExample() {
    String[] zips = FOLDER.toFile().list((folder, name) -> name.endsWith(".zip"));
    assertThat(zips)
        .containsExactlyInAnyOrderElementsOf(
            examples().stream().map(example -> example.name() + ".zip").toList());
  }
}
