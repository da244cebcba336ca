package org.dl4jtt.benchmarks;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.dl4jtt.contraction.MatrixContraction;
import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
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

/** What the planner is worth: a batch of 100 times a train, core after core and as planned. */
@Warmup(iterations = 3, time = 1)
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ChainBenchmark {
  private static final int BATCH = 100;
  private static final String WORKSPACE = "ChainBenchmark";

  /** How it is computed. */
  public enum Contender {
    NAIVE,
    PLANNED
  }

  @Param public DenseBenchmark.Shape shape = DenseBenchmark.Shape.IN1024_OUT1024_RANK8;
  @Param public Contender contender = Contender.NAIVE;

  private List<INDArray> cores;
  private MatrixContraction contraction;
  private INDArray x;
  private INDArray y;

  @Setup
  public void setUp() {
    Nd4j.getRandom().setSeed(1);
    TensorForm form =
        TensorForm.train(
            Tensorization.matrix(
                Scheme.PAIRED, list(shape.outputModes()), list(shape.inputModes())),
            shape.rank());
    contraction = MatrixContraction.of(form);
    cores = form.coreShapes().stream().map(s -> Nd4j.randn(DataType.FLOAT, s)).toList();
    x = Nd4j.randn(DataType.FLOAT, BATCH, shape.inputs());
    y = Nd4j.create(DataType.FLOAT, BATCH, shape.outputs());
  }

  private static List<Integer> list(int[] modes) {
    return IntStream.of(modes).boxed().toList();
  }

  @Benchmark
  public INDArray output() {
    if (contender == Contender.NAIVE) {
      return NaiveChain.multiply(cores, x);
    }
    Scratch scratch = (type, sizes) -> Nd4j.createUninitialized(type, sizes, 'c');
    try (MemoryWorkspace memory = Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE)) {
      Objects.requireNonNull(memory);
      contraction.forward(cores, x, y, false, scratch);
    }
    return y;
  }
}
