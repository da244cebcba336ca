package org.dl4jtt.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dl4jtt.benchmarks.DenseBenchmark.Shape.IN1024_OUT1024_RANK16;
import static org.dl4jtt.benchmarks.DenseBenchmark.Shape.IN25088_OUT4096_RANK4;

import org.dl4jtt.benchmarks.ConvolutionBenchmark.Stage;
import org.dl4jtt.benchmarks.DenseBenchmark.Contender;
import org.junit.jupiter.api.Test;

class OperationsTest {
  @Test
  void denseLayer_isTwoForEachWeightAndExample_andThreeTimesThatInTraining() {
    assertThat(Operations.ofMatrix(IN25088_OUT4096_RANK4, Contender.STOCK, 100, false))
        .isEqualTo(2.0 * 25088 * 4096 * 100);
    assertThat(Operations.ofMatrix(IN25088_OUT4096_RANK4, Contender.GEMM, 100, true))
        .isEqualTo(6.0 * 25088 * 4096 * 100);
  }

  @Test
  void train_takesFewer_andTheRingSomeOfItsRankTimesThat() {
    double dense = Operations.ofMatrix(IN25088_OUT4096_RANK4, Contender.STOCK, 100, true);
    double train = Operations.ofMatrix(IN25088_OUT4096_RANK4, Contender.TRAIN, 100, true);
    double ring = Operations.ofMatrix(IN25088_OUT4096_RANK4, Contender.RING, 100, true);
    assertThat(train).isLessThan(dense / 4);
    // r0 times a train's products with the batch, and 172,032 operations more to merge cores
    assertThat(ring).isBetween(train, 4 * train * 1.0001);
  }

  @Test
  void keptMatrix_inInference_isOneProduct() {
    // Two modes of 32 at rank 16: merged once, kept, and applied as the matrix that it is.
    assertThat(Operations.ofMatrix(IN1024_OUT1024_RANK16, Contender.TRAIN, 100, false))
        .isEqualTo(2.0 * 1024 * 1024 * 100);
  }

  @Test
  void convolution_isCountedByItsStages() {
    assertThat(Stage.C64_S56.multiplications(ConvolutionBenchmark.Contender.HELPERS))
        .isEqualTo(9 * 64 * 64);
    assertThat(Stage.C64_S56.multiplications(ConvolutionBenchmark.Contender.TRAIN))
        .isEqualTo(64 * 32 + 9 * 32 * 32 + 32 * 64);
  }
}
