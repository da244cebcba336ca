package org.dl4jtt.examples.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

class HandMovementsTest {
  @TempDir Path folder;

  @Test
  void everyThirdOfAClass_isForTheTest_andTheHandIsASpot() throws IOException {
    // The hand rests at x = 1, y = 0: the last column of the first row.
    String line = String.join(",", Collections.nCopies(45, "1,0")) + ",15";
    Path file = Files.write(folder.resolve("hands"), List.of(line, line, line, line));
    HandMovements hands = HandMovements.read(file);
    assertThat(hands.training().count()).isEqualTo(2);
    assertThat(hands.test().count()).isEqualTo(2);

    INDArray steps = hands.test().batches(1).next().getFeatures();
    assertThat(steps.shape()).containsExactly(1, 32 * 32, 15);
    INDArray first =
        steps.get(NDArrayIndex.point(0), NDArrayIndex.all(), NDArrayIndex.point(0)).dup();
    assertThat(first.argMax().getInt(0)).isEqualTo(31);
    assertThat(first.getFloat(31)).isEqualTo(1);
  }

  @Test
  void shortLine_isNamed() throws IOException {
    Path file = Files.write(folder.resolve("hands"), List.of("0.5,0.5,1"));
    assertThatThrownBy(() -> HandMovements.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("line 1: 3 fields");
  }

  @Test
  void unknownClass_isNamed() throws IOException {
    String line = String.join(",", Collections.nCopies(45, "1,0")) + ",16";
    Path file = Files.write(folder.resolve("hands"), List.of(line));
    assertThatThrownBy(() -> HandMovements.read(file)).hasMessageContaining("class 16");
  }
}
