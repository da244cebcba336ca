package org.dl4jtt.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.layers.TRDense;
import org.dl4jtt.layers.TTDense;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
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

/**
 * TTDense and TRDense against DenseLayer, and against the bare matrix products that DenseLayer
 * consists of.
 */
@Warmup(iterations = 3, time = 1)
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class DenseBenchmark {
  /** Who computes. */
  public enum Contender {
    STOCK,
    GEMM,
    TRAIN,
    RING
  }

  /** What is computed. */
  public enum Shape {
    /** The first dense layer of VGG-16 (Novikov et al. 2015, table 2). */
    IN25088_OUT4096_RANK4("2 7 8 8 7 4", "4 4 4 4 4 4", 4),
    IN1024_OUT1024_RANK8("4 4 4 4 4", "4 4 4 4 4", 8),
    IN1024_OUT1024_RANK16("32 32", "32 32", 16),
    IN4096_OUT4096_RANK8("4 4 4 4 4 4", "4 4 4 4 4 4", 8);

    private final String inputModes;
    private final String outputModes;
    private final int rank;

    Shape(String inputModes, String outputModes, int rank) {
      this.inputModes = inputModes;
      this.outputModes = outputModes;
      this.rank = rank;
    }

    int[] inputModes() {
      return modes(inputModes);
    }

    int[] outputModes() {
      return modes(outputModes);
    }

    int rank() {
      return rank;
    }

    int inputs() {
      return IntStream.of(inputModes()).reduce(1, Math::multiplyExact);
    }

    int outputs() {
      return IntStream.of(outputModes()).reduce(1, Math::multiplyExact);
    }

    private static int[] modes(String spaced) {
      return Stream.of(spaced.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
    }
  }

  @Param public Shape shape = Shape.IN1024_OUT1024_RANK8;

  @Param({"1", "32", "100", "256"})
  public int batch;

  @Param public Contender contender = Contender.STOCK;

  private @Nullable MultiLayerNetwork net;
  private DataSet data;
  private INDArray weights;
  private INDArray gradient;
  private INDArray y;
  private INDArray dx;

  @Setup
  public void setUp() {
    if (contender == Contender.GEMM) {
      INDArray x = Nd4j.randn(DataType.FLOAT, batch, shape.inputs());
      weights = Nd4j.randn(DataType.FLOAT, shape.inputs(), shape.outputs());
      gradient = Nd4j.create(DataType.FLOAT, shape.inputs(), shape.outputs());
      y = Nd4j.create(DataType.FLOAT, new long[] {batch, shape.outputs()}, 'f');
      dx = Nd4j.create(DataType.FLOAT, new long[] {batch, shape.inputs()}, 'f');
      data = new DataSet(x, y);
    } else {
      net = BenchmarkNetworks.of(layer(shape, contender), InputType.feedForward(shape.inputs()));
      data = BenchmarkNetworks.data(net, batch, shape.inputs());
      weights = gradient = y = dx = data.getFeatures();
    }
  }

  static Layer layer(Shape shape, Contender contender) {
    return switch (contender) {
      case TRAIN ->
          new TTDense.Builder()
              .nIn(shape.inputs())
              .nOut(shape.outputs())
              .inputModes(shape.inputModes())
              .outputModes(shape.outputModes())
              .ranks(shape.rank)
              .activation(Activation.IDENTITY)
              .build();
      case RING ->
          new TRDense.Builder()
              .nIn(shape.inputs())
              .nOut(shape.outputs())
              .inputModes(shape.inputModes())
              .outputModes(shape.outputModes())
              .ranks(shape.rank)
              .activation(Activation.IDENTITY)
              .build();
      default ->
          new DenseLayer.Builder().nOut(shape.outputs()).activation(Activation.IDENTITY).build();
    };
  }

  @Benchmark
  public INDArray output() {
    if (net != null) {
      return net.output(data.getFeatures());
    }
    return Nd4j.gemm(data.getFeatures(), weights, y, false, false, 1, 0);
  }

  /** One step of training; for GEMM the three products of it. */
  @Benchmark
  public void fit() {
    if (net != null) {
      net.fit(data);
    } else {
      Nd4j.gemm(data.getFeatures(), weights, y, false, false, 1, 0);
      Nd4j.gemm(data.getFeatures(), y, gradient, true, false, 1, 0);
      Nd4j.gemm(y, weights, dx, false, true, 1, 0);
    }
  }
}
