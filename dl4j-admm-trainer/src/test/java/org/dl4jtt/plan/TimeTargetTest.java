package org.dl4jtt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.plan.PlannedWeight.Prediction;
import org.dl4jtt.surgery.ModelSurgery;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Plans for a time per example, as the cost models predict it; nothing is timed in these tests. */
class TimeTargetTest {

  @ParameterizedTest
  @CsvSource({"0.65, 1", "0.5, 32", "0.7, 128"})
  void budgetIsMet_byTheTensorNetwork_andNoLayerIsSlower(double ratio, int batch) {
    MultiLayerNetwork network = network();
    CompressionPlan plan = CompressionPlan.of(network).time(ratio).atBatch(batch).build();

    double before = NetworkCost.of(network, List.of(), batch).seconds();
    MultiLayerNetwork small = ModelSurgery.decompose(network, plan);
    double after = NetworkCost.of(small, List.of(), batch).seconds();
    assertThat(after / before).isLessThanOrEqualTo(ratio).isGreaterThan(0.8 * ratio);
    assertThat(plan.weights()).isNotEmpty();
    assertThat(plan.weights())
        .extracting(PlannedWeight::predicted)
        .allMatch(p -> p.secondsAfter() < p.secondsBefore());
    assertThat(plan.slower()).isEmpty();
    double saved =
        plan.weights().stream()
            .map(PlannedWeight::predicted)
            .mapToDouble(p -> p.secondsBefore() - p.secondsAfter())
            .sum();
    assertThat(before - saved).isCloseTo(after, within(1e-12)); // the plan's sum is the network's
  }

  @Test
  void slower_namesTheWeightsThatArePredictedToTakeLonger() {
    TensorForm form =
        TensorForm.of(
            Tensorization.kernel(Scheme.PAIRED, List.of(8, 8), 3, 3, List.of(8, 8)),
            List.of(1, 9, 16, 1));
    CompressionPlan plan =
        new CompressionPlan(
            100_000,
            32,
            List.of(
                new PlannedWeight("faster", "W", form, new Prediction(0, 0, 2e-6, 1e-6, 0)),
                new PlannedWeight("slower", "W", form, new Prediction(0, 0, 1e-6, 2e-6, 0)),
                new PlannedWeight("unknown", "W", form, Prediction.NONE)),
            List.of(),
            null);
    assertThat(plan.slower()).extracting(PlannedWeight::layer).containsExactly("slower");
    assertThat(plan.toString())
        .contains("slower W: predicted to be slower in tensor form at batch 32")
        .doesNotContain("faster W: predicted");
  }

  @Test
  void sizeOfImagesUnknown_noTimeIsPredicted_andATimeTargetSaysWhatToGive() {
    MultiLayerNetwork network = network();
    network.getLayerWiseConfigurations().getInputPreProcessors().remove(0);
    CompressionPlan plan = CompressionPlan.of(network).exclude("fc").weights(0.99).build();
    assertThat(plan.weightsOf("conv2"))
        .extracting(w -> w.predicted().secondsBefore())
        .containsOnly(0.0);
    assertThat(plan.slower()).isEmpty();
    assertThatThrownBy(() -> CompressionPlan.of(network).time(0.5).build())
        .hasMessageContaining("InputType.convolutional(height, width, channels)");
  }

  @Test
  void outOfReach_saysWhatIsReachable() {
    assertThatThrownBy(() -> CompressionPlan.of(network()).time(0.001).build())
        .hasMessageContaining("time(0.001) is out of reach")
        .hasMessageContaining("nanoseconds per example at batch 32")
        .hasMessageMatching("(?s).*so 0\\.\\d+ is reachable.*");
    assertThatThrownBy(() -> CompressionPlan.of(network()).atBatch(0))
        .hasMessage("atBatch(0): a batch has 1 example or more");
    assertThatThrownBy(() -> CompressionPlan.of(network()).time(0.5).weights(0.5))
        .hasMessageContaining("one target");
  }

  @Test
  void json_keepsTargetBatchAndPredictions() {
    CompressionPlan plan = CompressionPlan.of(network()).time(0.6).atBatch(8).build();
    CompressionPlan read = CompressionPlan.fromJson(plan.toJson());
    assertThat(read).isEqualTo(plan);
    assertThat(read.batch()).isEqualTo(8);
    assertThat(read.target()).contains(new PlanTarget(PlanTarget.Unit.TIME, 0.6));
    assertThat(plan.weightsOf("fc").get(0).predicted()).isNotEqualTo(Prediction.NONE);
  }

  @Test
  void networkTime_putsThePredictionBesideTheClock() {
    MultiLayerNetwork network = network();
    NetworkTime time = NetworkTime.of(network, Nd4j.rand(DataType.FLOAT, 4, 256));
    assertThat(time.batch()).isEqualTo(4);
    assertThat(time.predicted()).isEqualTo(NetworkCost.of(network, List.of(), 4).seconds());
    assertThat(time.measured()).isPositive();
    assertThat(time.toString()).contains("µs per example at batch 4; predicted");
    assertThatThrownBy(() -> NetworkTime.of(network)).hasMessageContaining("a batch of examples");
  }

  /** 16x16 images; 64 to 64 channels; then 1,024 to 2,048. */
  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(2)
                .activation(Activation.RELU)
                .convolutionMode(ConvolutionMode.Same)
                .list()
                .layer(
                    new ConvolutionLayer.Builder(3, 3).name("conv1").stride(4, 4).nOut(64).build())
                .layer(new ConvolutionLayer.Builder(3, 3).name("conv2").nOut(64).build())
                .layer(new DenseLayer.Builder().name("fc").nOut(2048).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .name("out")
                        .activation(Activation.SOFTMAX)
                        .nOut(4)
                        .build())
                .setInputType(InputType.convolutionalFlat(16, 16, 1))
                .build());
    network.init();
    return network;
  }
}
