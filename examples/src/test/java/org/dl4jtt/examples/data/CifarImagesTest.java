package org.dl4jtt.examples.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;

class CifarImagesTest {
  @TempDir Path folder;

  @Test
  void pixels_areScaledByChannel_andLabelsFollowTheNamesOfFolders() throws IOException {
    tenClasses(32);
    CifarImages images = CifarImages.read(folder, 10);
    assertThat(images.count()).isEqualTo(10);
    DataSet batch = images.batches(10).next();
    assertThat(batch.getFeatures().shape()).containsExactly(10, 3, 32, 32);
    // Class 3 is painted red 255, green 0, blue 30.
    assertThat(batch.getFeatures().getFloat(3, 0, 5, 7)).isCloseTo((1 - 0.485f) / 0.229f, TINY);
    assertThat(batch.getFeatures().getFloat(3, 1, 5, 7)).isCloseTo(-0.456f / 0.224f, TINY);
    assertThat(batch.getFeatures().getFloat(3, 2, 5, 7))
        .isCloseTo((30 / 255f - 0.406f) / 0.225f, TINY);
    assertThat(batch.getLabels().getFloat(3, 3)).isEqualTo(1);
  }

  private static final org.assertj.core.data.Offset<Float> TINY = within(1e-5f);

  @Test
  void augmentation_dependsOnSeedAndEpochAlone() throws IOException {
    tenClasses(32);
    CifarImages images = CifarImages.read(folder, 10);
    assertThat(images.augmented(10, 1, 2).next()).isEqualTo(images.augmented(10, 1, 2).next());
    assertThat(images.augmented(10, 1, 2).next()).isNotEqualTo(images.augmented(10, 1, 3).next());
  }

  @Test
  void otherSize_isNamed() throws IOException {
    tenClasses(16);
    assertThatThrownBy(() -> CifarImages.read(folder, 10))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("class0")
        .hasMessageContaining("not an image of 32x32");
  }

  @Test
  void missingClasses_areCounted() {
    assertThatThrownBy(() -> CifarImages.read(folder, 10)).hasMessageContaining("holds 0 folders");
  }

  private void tenClasses(int side) throws IOException {
    for (int label = 0; label < 10; label++) {
      BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < side * side; p++) {
        image.setRGB(p % side, p / side, 0xff0000 | 10 * label);
      }
      Path of = Files.createDirectories(folder.resolve("class" + label));
      ImageIO.write(image, "png", of.resolve("0.png").toFile());
    }
  }
}
