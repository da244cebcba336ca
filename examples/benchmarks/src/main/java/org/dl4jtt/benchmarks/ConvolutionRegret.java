package org.dl4jtt.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.dl4jtt.benchmarks.RegretBenchmark.Candidate;
import org.dl4jtt.benchmarks.RegretBenchmark.Case;
import org.dl4jtt.contraction.ConvContraction;
import org.dl4jtt.contraction.ConvGeometry;
import org.dl4jtt.contraction.ConvGeometry.Extent;
import org.dl4jtt.contraction.ConvPlan;
import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.tensor.RankBounds;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The 3x3 convolutions of {@link RegretBenchmark}: the four stages of ResNet-18, all plans. */
final class ConvolutionRegret {
  private record Work(int channels, int size, int rank, int batch, boolean training) {}

  private static final Map<String, Work> WORK = work();

  private ConvolutionRegret() {}

  private static Map<String, Work> work() {
    Map<String, Work> work = new LinkedHashMap<>();
    int size = 56;
    for (int channels = 64; channels <= 512; channels *= 2, size /= 2) {
      for (int rank : new int[] {channels / 8, channels / 2}) {
        for (int batch : new int[] {1, 16}) {
          for (boolean training : new boolean[] {false, true}) {
            String name =
                String.format(
                    Locale.ROOT,
                    "convolution 3x3, %d at %dx%d, rank %d, batch %d, %s",
                    channels,
                    size,
                    size,
                    rank,
                    batch,
                    training ? "training" : "inference");
            work.put(name, new Work(channels, size, rank, batch, training));
          }
        }
      }
    }
    return work;
  }

  static Set<String> names() {
    return WORK.keySet();
  }

  static Case of(String name) {
    Work work = Objects.requireNonNull(WORK.get(name));
    Tensorization t =
        new Tensorization(
            Scheme.SEPARATED, List.of(work.channels), List.of(3, 3), List.of(work.channels));
    TensorForm form = TensorForm.of(t, RankBounds.clip(t, List.of(1, work.rank, work.rank, 1)));
    Extent image = new Extent(work.size, work.size);
    ConvGeometry geometry =
        new ConvGeometry(
            work.batch,
            work.channels,
            work.channels,
            image,
            new Extent(3, 3),
            Extent.ONE,
            Extent.ONE,
            Extent.ONE,
            true,
            false);
    Nd4j.getRandom().setSeed(1);
    INDArray x = Nd4j.randn(DataType.FLOAT, geometry.inputShape());
    INDArray y = Nd4j.randn(DataType.FLOAT, geometry.outputShape());
    INDArray dx = x.ulike();
    List<INDArray> cores =
        form.coreShapes().stream().map(s -> Nd4j.randn(DataType.FLOAT, s)).toList();
    List<INDArray> gradients = cores.stream().map(INDArray::ulike).toList();
    Scratch scratch = (type, shape) -> Nd4j.createUninitialized(type, shape, 'c');
    ConvPlan chosen = ConvPlan.cheapest(form, geometry, work.training);
    List<Candidate> candidates = new ArrayList<>();
    for (ConvPlan plan : ConvPlan.candidates(form, geometry, work.training)) {
      ConvContraction contraction = new ConvContraction(plan);
      candidates.add(
          new Candidate(
              plan.kind().toString(),
              plan.seconds() * 1e3,
              plan.kind() == chosen.kind(),
              () -> {
                ConvContraction.Intermediates all =
                    contraction.forward(cores, null, x, y, scratch, scratch);
                if (work.training) {
                  contraction.backward(all, y, dx, gradients, null, scratch);
                }
              }));
    }
    return new Case(name, candidates);
  }
}
