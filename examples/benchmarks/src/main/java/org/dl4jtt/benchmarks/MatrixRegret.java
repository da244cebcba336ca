package org.dl4jtt.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dl4jtt.benchmarks.RegretBenchmark.Candidate;
import org.dl4jtt.benchmarks.RegretBenchmark.Case;
import org.dl4jtt.contraction.MatrixContraction;
import org.dl4jtt.contraction.MatrixPlan;
import org.dl4jtt.contraction.Path;
import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.contraction.Tape;
import org.dl4jtt.tensor.RankBounds;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The matrices of {@link RegretBenchmark}, with the plans that are measured for each. */
final class MatrixRegret {
  static final int CHEAPEST = 8;

  private static final String PREFIX = "matrix ";

  private record Shape(String inputModes, String outputModes, int rank) {}

  private record Work(Shape shape, int batch, boolean training) {}

  private static final Map<String, Work> WORK = work();

  private MatrixRegret() {}

  private static Map<String, Work> work() {
    Map<String, Work> work = new LinkedHashMap<>();
    for (Shape shape :
        List.of(
            new Shape("2 7 8 8 7 4", "4 4 4 4 4 4", 4),
            new Shape("4 4 4 4 4", "4 4 4 4 4", 8),
            new Shape("32 32", "32 32", 16),
            new Shape("4 4 4 4 4 4", "4 4 4 4 4 4", 8),
            new Shape("4 8 8 4", "4 8 8 4", 32))) {
      for (int batch : new int[] {1, 32, 100}) {
        for (boolean training : new boolean[] {false, true}) {
          String name =
              String.format(
                  Locale.ROOT,
                  "%s%s by %s, rank %d, batch %d, %s",
                  PREFIX,
                  shape.outputModes.replace(' ', 'x'),
                  shape.inputModes.replace(' ', 'x'),
                  shape.rank,
                  batch,
                  training ? "training" : "inference");
          work.put(name, new Work(shape, batch, training));
        }
      }
    }
    return work;
  }

  static Set<String> names() {
    return WORK.keySet();
  }

  static boolean isOne(String name) {
    return name.startsWith(PREFIX);
  }

  static Case of(String name) {
    Work work = Objects.requireNonNull(WORK.get(name));
    TensorForm form = form(work.shape);
    MatrixContraction planner = MatrixContraction.of(form);
    Nd4j.getRandom().setSeed(1);
    INDArray x = Nd4j.randn(DataType.FLOAT, work.batch, form.tensorization().inputs());
    INDArray y = Nd4j.randn(DataType.FLOAT, work.batch, form.tensorization().outputs());
    INDArray dx = x.ulike();
    List<INDArray> cores =
        form.coreShapes().stream().map(s -> Nd4j.randn(DataType.FLOAT, s)).toList();
    List<INDArray> gradients = cores.stream().map(INDArray::ulike).toList();
    Scratch scratch = (type, shape) -> Nd4j.createUninitialized(type, shape, 'c');
    Path chosen = planner.plan(work.batch, 'c', work.training).path();
    List<Candidate> candidates = new ArrayList<>();
    for (Path path : sample(planner, form.order(), work, chosen)) {
      MatrixContraction pinned = planner.pinned(path);
      MatrixPlan plan = pinned.plan(work.batch, 'c', work.training);
      candidates.add(
          new Candidate(
              path.toString(),
              plan.cost() * 1e3,
              path.equals(chosen),
              () -> {
                Tape tape = pinned.forward(cores, x, y, work.training, scratch);
                if (work.training) {
                  pinned.backward(cores, x, y, tape, gradients, dx, scratch);
                }
              }));
    }
    return new Case(name, candidates);
  }

  private static Set<Path> sample(MatrixContraction planner, int d, Work work, Path chosen) {
    Set<Path> sample = new LinkedHashSet<>(List.of(chosen));
    paths(d).stream()
        .sorted(
            Comparator.comparingDouble(
                p -> planner.pinned(p).plan(work.batch, 'c', work.training).cost()))
        .limit(CHEAPEST)
        .forEach(sample::add);
    for (boolean leftToRight : new boolean[] {true, false}) {
      sample.add(new Path(leftToRight, IntStream.rangeClosed(1, d).boxed().toList()));
      sample.add(new Path(leftToRight, List.of(d / 2, d)));
    }
    if (work.batch > 1) { // never for one example, where rebuilding would take all the time
      sample.add(new Path(true, List.of(d)));
    }
    return sample;
  }

  private static List<Path> paths(int d) {
    List<Path> paths = new ArrayList<>();
    for (int bits = 0; bits < 1 << (d - 1); bits++) {
      List<Integer> ends = new ArrayList<>();
      for (int k = 1; k < d; k++) {
        if ((bits >> (k - 1) & 1) == 1) {
          ends.add(k);
        }
      }
      ends.add(d);
      paths.add(new Path(true, ends));
      paths.add(new Path(false, ends));
    }
    return paths;
  }

  private static TensorForm form(Shape shape) {
    Tensorization t =
        Tensorization.matrix(Scheme.PAIRED, modes(shape.outputModes), modes(shape.inputModes));
    int d = t.modes().size();
    List<Integer> ranks = new ArrayList<>(Collections.nCopies(d + 1, shape.rank));
    ranks.set(0, 1);
    ranks.set(d, 1);
    return TensorForm.of(t, RankBounds.clip(t, ranks));
  }

  private static List<Integer> modes(String spaced) {
    return Stream.of(spaced.split(" ", -1)).map(Integer::valueOf).toList();
  }
}
