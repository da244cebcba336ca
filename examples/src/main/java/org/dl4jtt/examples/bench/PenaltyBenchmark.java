package org.dl4jtt.examples.bench;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.plan.CompressionPlan;
import org.nd4j.linalg.dataset.DataSet;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What ADMM's penalty costs per step of training: nine convolutions, with native helpers, batch 64.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class PenaltyBenchmark {
  private static final int BATCH = 64;

  /** Plain training, or training with the listener. */
  public enum Contender {
    PLAIN,
    ADMM
  }

  @Param public Contender contender = Contender.PLAIN;

  private MultiLayerNetwork net;
  private DataSet data;

  @Setup
  public void setUp() {
    net = Networks.nineConvolutions();
    NativeHelpers.enable(net);
    data = Networks.images(BATCH);
    if (contender == Contender.ADMM) {
      AdmmListener admm = new AdmmListener(CompressionPlan.of(net).weights(0.5).build());
      net.addListeners(admm);
      admm.onEpochStart(net);
    }
  }

  @Benchmark
  public void fit() {
    net.fit(data);
  }
}
