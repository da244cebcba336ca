package org.dl4jtt.admm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.datasets.iterator.IteratorMultiDataSetIterator;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.PlannedWeight;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Ranks chosen again from W + U while training goes on. */
class ReplanningTest {
  private static final int N = 32;
  private static final int LOW = 2;
  private static final int HIGH = 10;

  /** What ranks LOW and HIGH cost, of two dense matrices of N by N. */
  private static final double RATIO = (double) (2 * N * (LOW + HIGH)) / (2 * N * N);

  @TempDir Path folder;

  // ---- two matrices side by side, y = x W, whose ranks are known ----

  /** x [n, N] and y = x W for two planted W of ranks LOW and HIGH and equal norms. */
  private static MultiDataSet examples(int n) {
    INDArray a = Nets.random(1, n, N);
    INDArray b = Nets.random(2, n, N);
    return new MultiDataSet(
        new INDArray[] {a, b}, new INDArray[] {a.mmul(planted(LOW)), b.mmul(planted(HIGH))});
  }

  private static INDArray planted(int rank) {
    INDArray w = Nets.random(10 + rank, N, rank).mmul(Nets.random(20 + rank, rank, N));
    return w.divi(w.norm2Number().doubleValue());
  }

  /** Started at the planted weights under noise of four times their norm. */
  private static ComputationGraph noisy() {
    GraphBuilder builder =
        Nets.conf(new Nesterovs(0.02, 0.9), true)
            .graphBuilder()
            .addInputs("xa", "xb")
            .setInputTypes(InputType.feedForward(N), InputType.feedForward(N));
    for (String name : List.of("a", "b")) {
      DenseLayer dense =
          new DenseLayer.Builder().nOut(N).hasBias(false).activation(Activation.IDENTITY).build();
      builder
          .addLayer(name, dense, "x" + name)
          .addLayer("y" + name, new LossLayer.Builder(LossFunction.L2).build(), name);
    }
    ComputationGraph graph = new ComputationGraph(builder.setOutputs("ya", "yb").build());
    graph.init();
    start(graph.getParam("a_W"), LOW);
    start(graph.getParam("b_W"), HIGH);
    return graph;
  }

  private static void start(INDArray w, int rank) {
    INDArray noise = Nets.random(30 + rank, N, N);
    w.assign(planted(rank).addi(noise.muli(4 / noise.norm2Number().doubleValue())));
  }

  private static CompressionPlan plan(ComputationGraph graph) {
    return CompressionPlan.of(graph)
        .weights(RATIO)
        .schemes(Scheme.SEPARATED)
        .include("a") // else they are taken for classifiers: only losses follow
        .include("b")
        .build();
  }

  private static MultiDataSetIterator batches(int n) {
    List<org.nd4j.linalg.dataset.api.MultiDataSet> list = List.copyOf(examples(n).asList());
    return new IteratorMultiDataSetIterator(list.iterator(), 16);
  }

  private static int middleRank(CompressionPlan plan, String layer) {
    TensorForm form = plan.weightsOf(layer).get(0).form();
    return form.ranks().get(form.tensorization().outputModes().size());
  }

  @Test
  void plantedRanks_hiddenUnderNoise_areFoundAtTheSameBudget() {
    ComputationGraph graph = noisy();
    CompressionPlan first = plan(graph);
    assertThat(middleRank(first, "a")).as("noise has no ranks").isGreaterThan(LOW + 1);
    assertThat(middleRank(first, "b")).isLessThan(HIGH - 1);

    int epochs = 16;
    AdmmListener admm =
        new AdmmListener(first, AdmmSettings.defaults().withEpochs(epochs).withReplanning(2, 0.5));
    graph.setListeners(admm);
    for (int e = 0; e < epochs; e++) {
      graph.fit(batches(320));
    }

    CompressionPlan last = admm.plan();
    assertThat(middleRank(last, "a")).isEqualTo(LOW);
    assertThat(middleRank(last, "b")).isEqualTo(HIGH);
    assertThat(last.target()).isEqualTo(first.target());
    assertThat((double) last.networkWeightsAfter())
        .isLessThanOrEqualTo(RATIO * graph.numParams() + 1e-6);
    assertThat(admm.history().plans())
        .extracting(AdmmHistory.Replanned::update)
        .allMatch(u -> u % 2 == 0 && u <= 8);
    assertThat(admm.history().last())
        .allMatch(e -> e.found().relativeDistance() < 0.02); // frozen ranks: W converges
    ComputationGraph small = admm.decompose(graph);
    assertThat(small.numParams()).isEqualTo(last.networkWeightsAfter());

    ComputationGraph fixed = noisy();
    AdmmListener without = new AdmmListener(first, AdmmSettings.defaults().withEpochs(epochs));
    fixed.setListeners(without);
    for (int e = 0; e < epochs; e++) {
      fixed.fit(batches(320));
    }
    MultiDataSet test = examples(64);
    assertThat(without.history().plans()).isEmpty();
    // b without its tenth direction, of ten of about equal size, cannot be nearer than that
    assertThat(small.score(test)).isLessThan(without.decompose(fixed).score(test) / 100);
  }

  @Test
  void ranksAreChosenAgain_betweenTheFitsOfAParallelWrapper() {
    ComputationGraph graph = noisy();
    int epochs = 16;
    AdmmListener admm =
        new AdmmListener(
            plan(graph), AdmmSettings.defaults().withEpochs(epochs).withReplanning(2, 0.5));
    graph.setListeners(admm);
    ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(graph)
            .workers(2)
            .averagingFrequency(1)
            .prefetchBuffer(0)
            .build();
    for (int e = 0; e < epochs; e++) {
      wrapper.fit(batches(640)); // two workers take half of the steps each
      admm.endEpoch(graph);
    }
    wrapper.shutdown();

    assertThat(middleRank(admm.plan(), "a")).isEqualTo(LOW);
    assertThat(middleRank(admm.plan(), "b")).isEqualTo(HIGH);
    assertThat(admm.history().plans()).isNotEmpty();
    assertThat(admm.history().last()).hasSize(2).allMatch(e -> e.found().relativeDistance() < 0.1);
  }

  // ---- layers that enter and leave, in a MultiLayerNetwork ----

  /** Of two equal layers one has room in the budget; which, is what the weights say. */
  private static MultiLayerNetwork twoLayers() {
    return twoLayers(new Nesterovs(0.01, 0.9));
  }

  private static MultiLayerNetwork twoLayers(IUpdater updater) {
    MultiLayerNetwork net =
        Nets.network(
            Nets.conf(updater, true),
            InputType.feedForward(6),
            Nets.dense("one", 40),
            Nets.dense("two", 40),
            Nets.dense("three", 40),
            Nets.output("out"));
    // Now "two" is of rank 1 and "three" is noise; training does not move them far.
    net.getParam("1_W").assign(Nets.random(1, 40, 1).mmul(Nets.random(2, 1, 40)).muli(0.1));
    return net;
  }

  private static CompressionPlan planOfOne(MultiLayerNetwork net) {
    return CompressionPlan.of(net).weights(0.62).schemes(Scheme.SEPARATED).build();
  }

  private static DataSetIterator data() {
    return new ListDataSetIterator<>(Nets.vectors(12, 1).asList(), 4);
  }

  private static AdmmSettings settings() {
    return AdmmSettings.defaults().withRho(0.5).withEpochs(6).withReplanning(1, 0.5);
  }

  /** What "two" and "three" are is exchanged. */
  private static void swap(MultiLayerNetwork net) {
    INDArray two = net.getParam("1_W").dup();
    net.getParam("1_W").assign(net.getParam("2_W"));
    net.getParam("2_W").assign(two);
  }

  @Test
  void layers_enterAndLeave_asTheWeightsSay() {
    MultiLayerNetwork net = twoLayers();
    CompressionPlan first = planOfOne(net);
    assertThat(first.weights()).extracting(PlannedWeight::layer).containsExactly("two");

    AdmmListener admm = new AdmmListener(first, settings());
    assertThat(admm.plan()).isEqualTo(first);
    net.setListeners(admm);
    swap(net);
    net.fit(data(), 6);

    assertThat(admm.plan().weights()).extracting(PlannedWeight::layer).contains("three");
    assertThat(admm.history().plans().get(0).update()).isEqualTo(1);
    assertThat(admm.history().plans().get(0).plan()).isNotEqualTo(first);
    assertThat(admm.history().last())
        .extracting(AdmmHistory.Entry::layer)
        .containsExactlyElementsOf(
            admm.plan().weights().stream().map(PlannedWeight::layer).toList());
    assertThat(admm.decompose(net).numParams()).isEqualTo(admm.plan().networkWeightsAfter());
  }

  @Test
  void ranksChosenAgain_areJudgedAgain_byWhatTheUpdaterCanReach() {
    MultiLayerNetwork net = twoLayers(new Adam(1e-5));
    CompressionPlan both = CompressionPlan.of(net).weights(0.5).schemes(Scheme.SEPARATED).build();
    AdmmListener admm = new AdmmListener(both, settings());
    net.setListeners(admm);
    swap(net); // "two", planned at rank 1, is noise now
    List<String> warnings = OutOfReachTest.warnings(() -> net.fit(data(), 6));

    assertThat(admm.history().plans()).isNotEmpty();
    assertThat(warnings)
        .hasSize(1 + admm.history().plans().size())
        .doesNotHaveDuplicates() // another distance, to another set
        .allMatch(line -> line.contains("layer \"two\""));
  }

  @Test
  void resumedRun_endsInTheSameBits_andTheSamePlan() throws IOException {
    MultiLayerNetwork whole = twoLayers();
    CompressionPlan first = planOfOne(whole);
    swap(whole);
    AdmmListener admm = new AdmmListener(first, settings());
    whole.setListeners(admm);
    whole.fit(data(), 2);
    assertThat(admm.history().plans()).isNotEmpty();
    Path zip = folder.resolve("net.zip");
    Path state = folder.resolve("admm.state");
    ModelSerializer.writeModel(whole, zip.toFile(), true);
    admm.save(whole, state);
    whole.fit(data(), 4);

    MultiLayerNetwork resumed = ModelSerializer.restoreMultiLayerNetwork(zip.toFile(), true);
    AdmmListener again = new AdmmListener(first, settings());
    again.restore(resumed, state);
    resumed.setListeners(again);
    resumed.fit(data(), 4);

    assertThat(resumed.params().data().asBytes()).isEqualTo(whole.params().data().asBytes());
    assertThat(again.plan()).isEqualTo(admm.plan());
    assertThat(again.history().plans()).isEqualTo(admm.history().plans());
    assertThat(again.history().entries()).isEqualTo(admm.history().entries());

    AdmmListener other =
        new AdmmListener(CompressionPlan.of(twoLayers()).weights(0.5).build(), settings());
    assertThatThrownBy(() -> other.restore(resumed, state))
        .hasMessageContaining(
            "is of another plan: its target is PlanTarget[unit=WEIGHTS, ratio=0.62]");
    AdmmListener never = new AdmmListener(first, AdmmSettings.defaults());
    assertThatThrownBy(() -> never.restore(resumed, state))
        .hasMessageContaining("withReplanning(..)");
  }

  @Test
  void ranksByHand_cannotBeChosenAgain_andStayWhereOthersAre() {
    TensorForm form =
        TensorForm.of(
            Tensorization.matrix(Scheme.SEPARATED, List.of(40), List.of(40)), List.of(1, 3, 1));
    MultiLayerNetwork net = twoLayers();
    CompressionPlan byHand = CompressionPlan.of(net).layer("two", form).build();
    assertThatThrownBy(() -> new AdmmListener(byHand, settings()))
        .hasMessageContaining("replanning needs a plan with a target");
    assertThatThrownBy(() -> byHand.rechosen(net, (layer, name) -> layer.parameters().get(name)))
        .hasMessageContaining("the plan has no target");

    CompressionPlan both = CompressionPlan.of(net).layer("two", form).weights(0.5).build();
    CompressionPlan again =
        CompressionPlan.fromJson(both.toJson())
            .rechosen(net, (layer, name) -> Nets.random(7, layer.parameters().get(name).shape()));
    assertThat(again.weightsOf("two")).extracting(PlannedWeight::form).containsExactly(form);
    assertThat(again.weightsOf("three")).isNotEmpty().isNotEqualTo(both.weightsOf("three"));
  }

  @Test
  void settings_outOfRange_areNamed() {
    assertThatThrownBy(() -> AdmmSettings.defaults().withReplanning(-1, 0.5))
        .hasMessageContaining("replanEvery is -1");
    assertThatThrownBy(() -> AdmmSettings.defaults().withReplanning(1, 50))
        .hasMessageContaining("replanShare is 50.0; it must be from 0 to 1");
  }
}
