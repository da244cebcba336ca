package org.dl4jtt.benchmarks;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.dl4jtt.contraction.ConvGeometry;
import org.dl4jtt.contraction.ConvGeometry.Extent;
import org.dl4jtt.internal.onednn.ConvolutionChain;
import org.dl4jtt.internal.onednn.Format;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
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
 * A dense 3x3 convolution without a layer around it: ND4J's operation and oneDNN itself, both into
 * an array that is there.
 */
@Warmup(iterations = 3, time = 1)
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class Conv2dBenchmark {
  private static final String WORKSPACE = "Conv2dBenchmark";
  private static final int KERNEL_AS_OUTPUTS_INPUTS = 1; // [O, I, kH, kW]

  /** How it is computed. */
  public enum Contender {
    CONV2D,
    ONEDNN
  }

  @Param public ConvolutionBenchmark.Stage stage = ConvolutionBenchmark.Stage.C64_S56;
  @Param public Contender contender = Contender.CONV2D;

  private INDArray x;
  private INDArray w;
  private INDArray z;
  private ConvolutionChain chain;

  @Setup
  public void setUp() {
    Nd4j.getRandom().setSeed(1);
    int channels = stage.channels();
    int size = stage.size();
    x = Nd4j.randn(DataType.FLOAT, ConvolutionBenchmark.BATCH, channels, size, size);
    w = Nd4j.randn(DataType.FLOAT, channels, channels, 3, 3);
    z = x.ulike();
    ConvGeometry geometry =
        new ConvGeometry(
            ConvolutionBenchmark.BATCH,
            channels,
            channels,
            new Extent(size, size),
            new Extent(3, 3),
            Extent.ONE,
            Extent.ONE,
            Extent.ONE,
            true,
            false);
    chain =
        new ConvolutionChain(
            List.of(geometry.window()), Format.of(x), List.of(Format.of(w)), Format.of(z), false);
  }

  @Benchmark
  public INDArray output() {
    if (contender == Contender.CONV2D) {
      int same = 1;
      int channelsFirst = 0;
      Nd4j.exec(
          DynamicCustomOp.builder("conv2d")
              .addInputs(x, w)
              .addOutputs(z)
              .addIntegerArguments(
                  3, 3, 1, 1, 1, 1, 1, 1, same, channelsFirst, KERNEL_AS_OUTPUTS_INPUTS)
              .build());
      return z;
    }
    try (MemoryWorkspace memory = Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE)) {
      Objects.requireNonNull(memory);
      chain.forward(
          x,
          List.of(w),
          null,
          z,
          count -> Nd4j.createUninitialized(DataType.FLOAT, count),
          count -> Nd4j.createUninitialized(DataType.FLOAT, count));
    }
    return z;
  }
}
