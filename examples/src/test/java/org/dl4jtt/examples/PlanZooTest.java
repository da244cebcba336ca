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
}
