package org.dl4jtt.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.layers.TTLSTM;
import org.nd4j.linalg.activations.Activation;
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
 * TTLSTM against LSTM on frames of video, 57,600 inputs (Yang, Krompass, Tresp 2017): batch 16, 6
 * time steps.
 */
@Warmup(iterations = 8, time = 1)
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class LstmBenchmark {
  private static final int INPUTS = 57_600;
  private static final int UNITS = 256;
  private static final int BATCH = 16;
  private static final int STEPS = 6;

  /** Who computes. */
  public enum Contender {
    STOCK,
    TRAIN
  }

  @Param public Contender contender = Contender.STOCK;

  private MultiLayerNetwork net;
  private DataSet data;

  @Setup
  public void setUp() {
    net = BenchmarkNetworks.of(layer(), InputType.recurrent(INPUTS, STEPS));
    data = BenchmarkNetworks.data(net, BATCH, INPUTS, STEPS);
  }

  private Layer layer() {
    if (contender == Contender.STOCK) {
      return new LSTM.Builder().nOut(UNITS).activation(Activation.TANH).build();
    }
    return new TTLSTM.Builder()
        .nIn(INPUTS)
        .nOut(UNITS)
        .inputModes(8, 20, 20, 18)
        .outputModes(4, 4, 4, 4)
        .ranks(4)
        .activation(Activation.TANH)
        .build();
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
