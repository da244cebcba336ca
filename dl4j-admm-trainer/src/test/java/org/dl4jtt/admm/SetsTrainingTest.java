package org.dl4jtt.admm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.constraint.BinarySet;
import org.dl4jtt.constraint.BlockTermSet;
import org.dl4jtt.constraint.ChannelSet;
import org.dl4jtt.constraint.CodebookSet;
import org.dl4jtt.constraint.ConstraintSet;
import org.dl4jtt.constraint.GroupPenalty;
import org.dl4jtt.constraint.IntersectionSet;
import org.dl4jtt.constraint.LowRankSet;
import org.dl4jtt.constraint.OrthogonalSet;
import org.dl4jtt.constraint.PowerOfTwoSet;
import org.dl4jtt.constraint.QuantizedSet;
import org.dl4jtt.constraint.Scales;
import org.dl4jtt.constraint.SparseSet;
import org.dl4jtt.constraint.SumSet;
import org.dl4jtt.constraint.SupportSet;
import org.dl4jtt.constraint.TernarySet;
import org.dl4jtt.constraint.WarmStartedSet;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

/** Every set through ADMM to its end, on a dense network of 6 inputs, 5 units and 3 classes. */
class SetsTrainingTest {
  private static final int EPOCHS = 50;

  static Stream<ConstraintSet> sets() {
    LowRankSet rankOne = new LowRankSet(new WeightShape(5, List.of(), 6), 1);
    return Stream.of(
        new SparseSet(8),
        SupportSet.ofNonZeros(Nets.random(1, 6, 5).gt(0.3)),
        new ChannelSet(3, 4),
        QuantizedSet.of(3),
        QuantizedSet.of(4).perOutput().withScales(Scales.POWER_OF_TWO),
        new PowerOfTwoSet(3),
        new BinarySet(),
        new TernarySet(),
        new CodebookSet(4),
        new OrthogonalSet(),
        new BlockTermSet(
            Tensorization.matrix(Scheme.PAIRED, List.of(5, 1), List.of(2, 3)), 1, List.of(1, 1)),
        new SumSet(rankOne, new SparseSet(5)),
        new IntersectionSet(
            new LowRankSet(new WeightShape(5, List.of(), 6), 2), new ChannelSet(4, 4)));
  }

  /** 120 examples whose classes a network of the same kind, with large weights, decides. */
  private static DataSet taught() {
    INDArray x = Nets.random(11, 120, 6);
    INDArray hidden = Nd4j.math().tanh(x.mmul(Nets.random(12, 6, 5)));
    INDArray scores = hidden.mmul(Nets.random(13, 5, Nets.CLASSES));
    INDArray labels = Nd4j.create(scores.dataType(), scores.shape());
    for (int i = 0; i < 120; i++) {
      labels.putScalar(i, scores.getRow(i).argMax().getInt(0), 1);
    }
    return new DataSet(x, labels);
  }

  private static MultiLayerNetwork trained(DataSetIterator data) {
    MultiLayerNetwork net = Nets.denseNet(Nets.conf(new Nesterovs(0.1, 0.9), true));
    net.fit(data, 30);
    return net;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sets")
  void weight_endsInItsSet_andTheLossIsLessThanAfterOneProjection(ConstraintSet set) {
    DataSet examples = taught();
    DataSetIterator data = new ListDataSetIterator<>(examples.asList(), 20);
    MultiLayerNetwork net = trained(data);
    MultiLayerNetwork once = net.clone();
    INDArray w = once.getParam("0_W");
    INDArray z = w.like();
    set.project(w, z);
    w.assign(z);

    Constrained constrained = new Constrained("fc1", "W", set);
    AdmmListener admm =
        AdmmListener.of(
            List.of(constrained),
            AdmmSettings.defaults().withRho(RhoSchedule.geometric(0.02, 1.2, 1)));
    net.setListeners(admm);
    net.fit(data, EPOCHS);

    List<AdmmHistory.Entry> history = admm.history().entries();
    AdmmUpdate last = history.get(history.size() - 1).found();
    assertThat(history).hasSize(EPOCHS);
    assertThat(history.get(0).found().relativeDistance()).isGreaterThan(last.relativeDistance());
    assertThat(last.relativeDistance()).isLessThan(0.05); // the noise of 6 batches an epoch

    assertThat(last.relativeChange()).isLessThan(0.05);
    MultiLayerNetwork projected = admm.projected(net, net::clone);
    INDArray end = projected.getParam("0_W");
    INDArray again = end.like();
    AdmmState state = admm.states(net).get(constrained);
    if (set instanceof WarmStartedSet warm) {
      warm.projectFrom(state.projectionStart().orElseThrow(), end, again);
    } else {
      set.project(end, again);
    }
    assertThat(again.distance2(end)).isLessThan(1e-3 * end.norm2Number().doubleValue());
    assertThat(projected.score(examples)).isLessThan(once.score(examples));
  }

  @Test
  void penaltyOnUnits_makesSomeVanish_andConverges() {
    DataSet examples = taught();
    DataSetIterator data = new ListDataSetIterator<>(examples.asList(), 20);
    MultiLayerNetwork net = trained(data);
    AdmmListener admm =
        AdmmListener.of(
            List.of(
                new Constrained("fc1", "W", new GroupPenalty(GroupPenalty.Groups.OUTPUTS, 0.1))),
            AdmmSettings.defaults().withRho(RhoSchedule.geometric(0.02, 1.1, 1)));
    net.setListeners(admm);
    net.fit(data, 2 * EPOCHS);

    AdmmUpdate last = admm.history().entries().get(2 * EPOCHS - 1).found();
    assertThat(last.relativeDistance()).isLessThan(0.05);
    INDArray norms = admm.projected(net, net::clone).getParam("0_W").norm2(0);
    assertThat(norms.eq(0).castTo(DataType.INT32).sumNumber().intValue()).isBetween(1, 3);
  }
}
