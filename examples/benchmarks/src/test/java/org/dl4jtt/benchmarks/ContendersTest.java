package org.dl4jtt.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.dl4jtt.internal.onednn.OneDnn;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Contenders of a benchmark compute the same; each is the other's oracle. */
class ContendersTest {
  private static final double FLOAT = 1e-5; // of the norm

  @Test
  void naiveChain_andThePlannedOne() {
    for (DenseBenchmark.Shape shape :
        new DenseBenchmark.Shape[] {
          DenseBenchmark.Shape.IN1024_OUT1024_RANK8, DenseBenchmark.Shape.IN1024_OUT1024_RANK16
        }) {
      INDArray[] y = new INDArray[2];
      for (ChainBenchmark.Contender contender : ChainBenchmark.Contender.values()) {
        ChainBenchmark benchmark = new ChainBenchmark();
        benchmark.shape = shape;
        benchmark.contender = contender;
        benchmark.setUp();
        y[contender.ordinal()] = benchmark.output().dup();
      }
      assertClose(y[0], y[1]);
    }
  }

  @Test
  void convolutions() {
    assumeTrue(OneDnn.isAvailable(), "oneDNN (org.bytedeco:dnnl) has no natives for this platform");
    INDArray[] z = new INDArray[2];
    for (Conv2dBenchmark.Contender contender : Conv2dBenchmark.Contender.values()) {
      Conv2dBenchmark benchmark = new Conv2dBenchmark();
      benchmark.stage = ConvolutionBenchmark.Stage.C512_S7;
      benchmark.contender = contender;
      benchmark.setUp();
      z[contender.ordinal()] = benchmark.output().dup();
    }
    assertClose(z[0], z[1]);
  }

  private static void assertClose(INDArray a, INDArray b) {
    assertThat(a.distance2(b) / b.norm2Number().doubleValue()).isLessThan(FLOAT);
  }
}
