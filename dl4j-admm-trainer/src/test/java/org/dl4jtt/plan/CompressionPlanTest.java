package org.dl4jtt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class CompressionPlanTest {

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.25, 1 / 8.0})
  void weights_budgetIsMet_andNearlySpent(double ratio) {
    MultiLayerNetwork network = convolutional();
    CompressionPlan plan = CompressionPlan.of(network).weights(ratio).build();

    assertThat(plan.networkWeightsBefore()).isEqualTo(network.numParams());
    assertThat((double) plan.networkWeightsAfter() / network.numParams())
        .isLessThanOrEqualTo(ratio)
        .isGreaterThan(0.95 * ratio); // one step of one rank is a few percent of this network
    assertThat(plan.weights()).allMatch(w -> w.weightsAfter() < w.weightsBefore());
    assertThat(plan.leftAlone())
        .contains(
            new LeftAlone(
                "conv1", "the first convolution: few weights, and all else sees through it"),
            new LeftAlone("out", "the classifier"),
            new LeftAlone("bn", "a BatchNormalization has no weight that could be a tensor"));
  }

  @Test
  void flops_budgetIsMet_byThePlanThatRuns() {
    MultiLayerNetwork network = convolutional();
    long before = NetworkCost.of(network).flops();
    CompressionPlan plan = CompressionPlan.of(network).flops(0.8).build();

    long saved = plan.weights().stream().mapToLong(w -> w.flopsBefore() - w.flopsAfter()).sum();
    assertThat((double) (before - saved) / before).isBetween(0.6, 0.8);
    assertThat(plan.weights()).allMatch(w -> w.flopsAfter() < w.flopsBefore());
  }

  @Test
  void cost_countsWhatTheFormulasSay() {
    // 3x3: 12x12 -> 10x10, 1 -> 16; pool to 5x5; 3x3 same, 16 -> 32; dense 800 -> 64; 64 -> 10
    NetworkCost cost = NetworkCost.of(convolutional());
    assertThat(cost.layers())
        .extracting(NetworkCost.LayerCost::flops)
        .containsExactly(2L * 100 * 9 * 16, 0L, 2L * 25 * 9 * 16 * 32, 0L, 2L * 800 * 64, 2L * 640);
    assertThat(cost.weights()).isEqualTo(convolutional().numParams());
  }

  @Test
  void flops_sizeOfImagesUnknown_saysWhatToGive() {
    MultiLayerNetwork network =
        network(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).name("c").nIn(1).nOut(4).build())
                .layer(new OutputLayer.Builder().nIn(400).nOut(2).build())
                .inputPreProcessor(
                    1,
                    new org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor(
                        10, 10, 4))
                .build());
    assertThatThrownBy(() -> NetworkCost.of(network))
        .hasMessageContaining("layer c")
        .hasMessageContaining("InputType.convolutional(height, width, channels)");
    assertThat(NetworkCost.of(network, InputType.convolutional(12, 12, 1)).flops())
        .isEqualTo(2L * 100 * 36 + 2L * 800);
  }

  @Test
  void plantedLowRank_getsExactlyItsRanks() {
    MultiLayerNetwork network = twoDense();
    Nd4j.getRandom().setSeed(1);
    INDArray planted = Nd4j.randn(DataType.DOUBLE, 60, 5).mmul(Nd4j.randn(DataType.DOUBLE, 5, 48));
    network.getLayer(0).getParam("W").assign(planted);

    CompressionPlan plan =
        CompressionPlan.of(network).weights(0.8).schemes(Scheme.SEPARATED).build();

    PlannedWeight weight = plan.weightsOf("a").get(0);
    assertThat(weight.form().ranks()).contains(5);
    assertThat(weight.relativeError()).isLessThan(1e-4); // all of the energy is kept
    assertThat(weight.form().tensorization().outputs()).isEqualTo(48);
    assertThat(plan.weightsOf("b")).isEmpty(); // that was enough; white noise stays dense
  }

  @Test
  void multiplesOfEight() {
    CompressionPlan plan =
        CompressionPlan.of(convolutional())
            .weights(0.3)
            .multiplesOf(8)
            .schemes(Scheme.SEPARATED)
            .build();
    assertThat(plan.weights()).isNotEmpty();
    for (PlannedWeight weight : plan.weights()) {
      List<Integer> ranks = weight.form().ranks();
      assertThat(ranks.subList(1, ranks.size() - 1)).allMatch(r -> r % 8 == 0 || r < 8);
    }
  }

  @Test
  void byName_includesExcludesAndOverrides() {
    TensorForm form = fcOfRank3();
    CompressionPlan plan =
        CompressionPlan.of(convolutional())
            .weights(0.5)
            .layer("fc", form)
            .exclude("conv2")
            .include("out")
            .minRatio("out", 1)
            .build();
    assertThat(plan.weightsOf("fc")).extracting(PlannedWeight::form).containsExactly(form);
    assertThat(plan.leftAlone()).contains(new LeftAlone("conv2", "excluded"));
    assertThat(plan.leftAlone()).doesNotContain(new LeftAlone("out", "the classifier"));
  }

  @Test
  void minRatio_staysDenseRatherThanShrinkLittle() {
    CompressionPlan plan = CompressionPlan.of(convolutional()).weights(0.4).minRatio(3).build();
    assertThat(plan.weights()).allMatch(w -> 3 * w.weightsAfter() <= w.weightsBefore());
  }

  @Test
  void rings_areTriedByChoice() {
    CompressionPlan plan = CompressionPlan.of(convolutional()).weights(0.3).rings(true).build();
    assertThat(plan.networkWeightsAfter())
        .isLessThanOrEqualTo(plan.networkWeightsBefore() * 3 / 10);
  }

  @Test
  void rings_alone() {
    CompressionPlan plan =
        CompressionPlan.of(convolutional()).weights(0.4).trains(false).rings(true).build();
    assertThat(plan.weights())
        .isNotEmpty()
        .allMatch(w -> !w.form().isTrain())
        .allMatch(w -> w.relativeError() > 0.1); // random weights: a ring of few has an error
    assertThat(CompressionPlan.fromJson(plan.toJson())).isEqualTo(plan);
    assertThatThrownBy(() -> CompressionPlan.of(convolutional()).trains(false).build())
        .hasMessageContaining("neither trains nor rings");
  }

  @Test
  void outOfReach_saysWhatIsReachable() {
    assertThatThrownBy(() -> CompressionPlan.of(convolutional()).weights(0.001).build())
        .hasMessageContaining("weights(0.001) is out of reach")
        .hasMessageMatching("(?s).*so 0\\.\\d+ is reachable.*")
        .hasMessageContaining("out (the classifier)");
  }

  @Test
  void outOfReach_theReachableRatioIsReached() {
    String message = "";
    try {
      CompressionPlan.of(convolutional()).weights(0.001).build();
    } catch (IllegalArgumentException e) {
      message = e.getMessage();
    }
    double reachable =
        Double.parseDouble(message.replaceAll("(?s).*so (0\\.\\d+) is reachable.*", "$1"));
    CompressionPlan plan = CompressionPlan.of(convolutional()).weights(reachable).build();
    assertThat(plan.networkWeightsAfter())
        .isLessThanOrEqualTo((long) (reachable * plan.networkWeightsBefore() + 1e-6));
  }

  @Test
  void anotherNetworksPlan_isRefused() {
    CompressionPlan plan = CompressionPlan.of(convolutional()).weights(0.25).build();
    assertThatThrownBy(() -> plan.checkFits(twoDense()))
        .hasMessageContaining("the plan is for another network: it names layer \"fc\"")
        .hasMessageContaining("[a, b, out]");
    CompressionPlan wrong =
        CompressionPlan.fromJson(
            """
            {"format": 1, "weights": [{"layer": "a", "scheme": "SEPARATED",
              "outputModes": [7], "inputModes": [60], "ranks": [1, 4, 1]}]}
            """);
    assertThatThrownBy(() -> wrong.checkFits(twoDense()))
        .hasMessageContaining("layer a, weight W")
        .hasMessageContaining("7 by 60");
  }

  @Test
  void badSettings_nameTheirValue() {
    MultiLayerNetwork network = twoDense();
    assertThatThrownBy(() -> CompressionPlan.of(network).weights(8).build())
        .hasMessageContaining("got 8.0");
    assertThatThrownBy(() -> CompressionPlan.of(network).exclude("fc9").build())
        .hasMessage("the network has no layer \"fc9\"; its layers are [a, b, out]");
    assertThatThrownBy(() -> CompressionPlan.of(network).weights(0.5).flops(0.5))
        .hasMessageContaining("one target");
    network.getLayer(0).getParam("W").putScalar(0, Double.NaN);
    assertThatThrownBy(() -> CompressionPlan.of(network).weights(0.5).build())
        .hasMessage("a, weight W holds NaN or infinity; it cannot be planned");
  }

  static TensorForm fcOfRank3() {
    return TensorForm.of(
        Tensorization.matrix(Scheme.SEPARATED, List.of(64), List.of(800)), List.of(1, 3, 1));
  }

  static MultiLayerNetwork convolutional() {
    return network(
        new NeuralNetConfiguration.Builder()
            .seed(2)
            .activation(Activation.RELU)
            .list()
            .layer(new ConvolutionLayer.Builder(3, 3).name("conv1").nOut(16).build())
            .layer(
                new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).name("pool").build())
            .layer(
                new ConvolutionLayer.Builder(3, 3)
                    .name("conv2")
                    .convolutionMode(org.deeplearning4j.nn.conf.ConvolutionMode.Same)
                    .nOut(32)
                    .build())
            .layer(new BatchNormalization.Builder().name("bn").build())
            .layer(new DenseLayer.Builder().name("fc").nOut(64).build())
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .name("out")
                    .activation(Activation.SOFTMAX)
                    .nOut(10)
                    .build())
            .setInputType(InputType.convolutionalFlat(12, 12, 1))
            .build());
  }

  static MultiLayerNetwork twoDense() {
    return network(
        new NeuralNetConfiguration.Builder()
            .seed(2)
            .list()
            .layer(new DenseLayer.Builder().name("a").nIn(60).nOut(48).build())
            .layer(new DenseLayer.Builder().name("b").nIn(48).nOut(48).build())
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .name("out")
                    .activation(Activation.SOFTMAX)
                    .nIn(48)
                    .nOut(4)
                    .build())
            .build());
  }

  private static MultiLayerNetwork network(
      org.deeplearning4j.nn.conf.MultiLayerConfiguration configuration) {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }
}
