package org.dl4jtt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class TensorNetExperimentTest {

  @Test
  void printsOneRowForEachShapeAndRank() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int status =
        TensorNetExperiment.run(
            new PrintStream(out),
            System.err,
            "--images",
            "200",
            "--epochs",
            "1",
            "--seeds",
            "1",
            "--ranks",
            "2");
    assertThat(status).isZero();
    // Weights by Novikov et al. 2015: 576 and 256 at rank 2.
    assertThat(out.toString())
        .contains("| dense | 1,048,576 |")
        .contains("| 4x8x8x4, rank 2 | 576 |")
        .contains("| 4x4x4x4x4, rank 2 | 256 |");
  }

  @Test
  void absentData_isOneLineAndStatus2() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        TensorNetExperiment.run(System.out, new PrintStream(err), "--data", "/no/such/folder");
    assertThat(status).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("/no/such/folder");
  }
}
