package org.dl4jtt.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.dl4jtt.examples.data.CifarImages;
import org.dl4jtt.examples.trial.CifarResNet;
import org.dl4jtt.examples.trial.Task;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.schedule.FixedSchedule;

class ResNet20Test {

  @Test
  void importedWeights_classifyTheTestImages() throws IOException {
    Path data = Path.of(System.getProperty("dl4jtt.data", ""));
    Path weights = data.resolve("weights/resnet20_cifar10.npz");
    Path images = data.resolve("cifar10/test");
    assumeTrue(
        Files.exists(weights) && Files.isDirectory(images),
        "skipped: -Ddl4jtt.data names no folder with weights/resnet20_cifar10.npz"
            + " (github.com/akamaster/pytorch_resnet_cifar10) and cifar10/test/CLASS/* (CIFAR-10)");
    ComputationGraph network = CifarResNet.read(weights).create(new FixedSchedule(0), 0, 1);
    CifarImages test = CifarImages.read(images, 1_000);
    // 81.03 % by other software on all 10,000 of these images; three standard errors of 1,000.
    assertThat(Task.of(test, test, 64).accuracy(network)).isBetween(0.773, 0.848);
  }

  @Test
  void noData_saysWhereItIsToBeHad() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertThat(ResNet20.run(System.out, new PrintStream(err))).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("--weights FILE").contains("--data DIR");
  }
}
