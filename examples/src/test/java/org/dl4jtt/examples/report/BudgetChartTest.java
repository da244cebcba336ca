package org.dl4jtt.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.dl4jtt.examples.trial.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BudgetChartTest {
  @Test
  void picture_hasALineForEachRun(@TempDir Path folder) throws IOException {
    Map<Integer, List<Outcome>> outcomes = new TreeMap<>();
    for (int epochs : List.of(4, 8)) {
      outcomes.put(
          epochs,
          List.of(
              new Outcome("a", "dense", 10, 0.8, 0.8 + epochs / 100.0),
              new Outcome("a", "ADMM-TT", 5, 0.7, 0.7 + epochs / 100.0)));
    }
    Path file = folder.resolve("chart.png");

    BudgetChart.write(outcomes, "ADMM-TT", file);

    BufferedImage image = ImageIO.read(file.toFile());
    assertThat(hasColour(image, LineChart.color(0).getRGB())).isTrue();
    assertThat(hasColour(image, LineChart.color(1).getRGB())).isTrue();
    assertThat(hasColour(image, LineChart.color(2).getRGB())).isFalse();
  }

  private static boolean hasColour(BufferedImage image, int rgb) {
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        if (image.getRGB(x, y) == rgb) {
          return true;
        }
      }
    }
    return false;
  }
}
