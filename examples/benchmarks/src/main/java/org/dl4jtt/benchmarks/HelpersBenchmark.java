package org.dl4jtt.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.internal.onednn.OneDnn;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A whole network of nine convolutions, batch 64: as shipped, with the helpers that M2.1 brings
 * along, and with ours.
 */
@Warmup(iterations = 8, time = 1)
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class HelpersBenchmark {
  private static final int BATCH = 64;

  /** Who computes. */
  public enum Contender {
    SHIPPED,
    M21_HELPERS,
    HELPERS_WITHOUT_ONEDNN,
    HELPERS
  }

  @Param public Contender contender = Contender.SHIPPED;

  private MultiLayerNetwork net;
  private DataSet data;

  @Setup
  public void setUp() {
    if (contender == Contender.M21_HELPERS) {
      NativeHelpers.enableForNewNetworks();
    }
    if (contender == Contender.HELPERS_WITHOUT_ONEDNN) {
      System.setProperty(OneDnn.PROPERTY, "false");
    }
    net = BenchmarkNetworks.nineConvolutions();
    if (contender == Contender.HELPERS || contender == Contender.HELPERS_WITHOUT_ONEDNN) {
      NativeHelpers.enable(net);
    }
    data = BenchmarkNetworks.images(BATCH);
  }

  @Benchmark
  public INDArray output() {
    return net.output(data.getFeatures());
  }

  @Benchmark
  public void fit() {
    net.fit(data);
  }
}
