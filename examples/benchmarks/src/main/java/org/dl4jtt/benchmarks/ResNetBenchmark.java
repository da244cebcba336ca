package org.dl4jtt.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.examples.trial.ResNet18;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.ModelSurgery;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A whole ResNet-18 at 224x224, batch 8: dense, and with 2.5 times fewer operations. */
@Warmup(iterations = 15, time = 1)
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ResNetBenchmark {
  private static final int BATCH = 8;
  private static final int SIZE = 224;
  private static final int CLASSES = 1000;
  private static final double FEWER_OPERATIONS = 2.5;

  /** Who computes, with native helpers: the dense network, or that in tensor form. */
  public enum Contender {
    HELPERS,
    TRAIN
  }

  @Param public Contender contender = Contender.HELPERS;

  private ComputationGraph net;
  private DataSet data;

  @Setup
  public void setUp() {
    net = ResNet18.create(SIZE, 1);
    if (contender == Contender.TRAIN) {
      CompressionPlan plan =
          CompressionPlan.of(net)
              .inputTypes(InputType.convolutional(SIZE, SIZE, 3))
              .flops(1 / FEWER_OPERATIONS)
              .build();
      net = ModelSurgery.decompose(net, plan);
    }
    NativeHelpers.enable(net);
    Nd4j.getRandom().setSeed(1);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, BATCH, CLASSES);
    for (int i = 0; i < BATCH; i++) {
      labels.putScalar(i, i, 1);
    }
    data = new DataSet(Nd4j.randn(DataType.FLOAT, BATCH, 3, SIZE, SIZE), labels);
  }

  @Benchmark
  public INDArray output() {
    return net.outputSingle(data.getFeatures());
  }

  @Benchmark
  public void fit() {
    net.fit(data);
  }
}
