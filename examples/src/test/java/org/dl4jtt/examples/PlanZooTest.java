package org.dl4jtt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class PlanZooTest {

  @Test
  void unknownNetwork_isNamed() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = PlanZoo.run(System.out, new PrintStream(err), "--networks", "LENET");
    assertThat(status).isEqualTo(2);
    assertThat(err.toString()).contains("LENET").contains("RESNET50");
  }

  @Test
  void everyStep_isALineWithItsTimeAndMemory() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int status =
        PlanZoo.run(
            new PrintStream(out), System.err, "--networks", "RESNET20", "--projections", "2");
    assertThat(status).isZero();
    String number = "[\\d.,]+";
    assertThat(out.toString().lines())
        .contains("RESNET20, 273,658 weights")
        .filteredOn(line -> line.matches("\\| [a-z ]+ \\| " + number + " \\|.*MB.*"))
        .extracting(line -> line.split("\\|")[1].strip())
        .containsExactly("planned", "projected", "projected again", "decomposed", "saved");
    assertThat(out.toString()).contains("layers in tensor form");
  }
}
