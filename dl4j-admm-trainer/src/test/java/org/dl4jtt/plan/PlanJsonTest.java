package org.dl4jtt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dl4jtt.plan.CompressionPlanTest.convolutional;
import static org.dl4jtt.plan.CompressionPlanTest.fcOfRank3;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.junit.jupiter.api.Test;

/** A plan as a file: written, read, and edited by hand. */
class PlanJsonTest {

  @Test
  void roundTrip() {
    CompressionPlan plan = CompressionPlan.of(convolutional()).weights(0.25).build();
    assertThat(CompressionPlan.fromJson(plan.toJson())).isEqualTo(plan);
  }

  @Test
  void keepsTheTarget_andAllThatTheBuilderWasTold() {
    TensorForm form = fcOfRank3();
    CompressionPlan plan =
        CompressionPlan.of(convolutional())
            .flops(0.9)
            .layer("fc", form)
            .include("out")
            .exclude("conv1")
            .schemes(Scheme.SEPARATED)
            .rings(true)
            .recurrentWeights(true)
            .multiplesOf(2)
            .minRatio(1.1)
            .minRatio("out", 1.5)
            .inputTypes(InputType.convolutionalFlat(12, 12, 1))
            .build();
    CompressionPlan read = CompressionPlan.fromJson(plan.toJson());
    assertThat(read).isEqualTo(plan).hasSameHashCodeAs(plan);
    assertThat(read.target()).contains(new PlanTarget(PlanTarget.Unit.FLOPS, 0.9));
    assertThat(read.rechosen(convolutional(), CurrentWeights.ofNetwork())).isEqualTo(plan);
    assertThatThrownBy(
            () -> CompressionPlan.fromJson(plan.toJson().replace("\"FLOPS\"", "\"GRAMS\"")))
        .hasMessageContaining("the plan's target: unit \"GRAMS\" is none of [WEIGHTS, FLOPS");
    assertThatThrownBy(
            () ->
                CompressionPlan.fromJson(
                    plan.toJson().replaceFirst("(?s)(\"fixed\".*?)\"fc\"", "$1\"fc7\"")))
        .hasMessageContaining("\"fixed\" names weight W of layer fc7");
    assertThatThrownBy(
            () -> CompressionPlan.fromJson(plan.toJson().replace("InputTypeConv", "InputTypoConv")))
        .hasMessageContaining("is no input type of Deeplearning4j");
  }

  @Test
  void editedByHand() {
    String json =
        """
        {"format": 1, "weights": [{"layer": "fc", "scheme": "SEPARATED",
          "outputModes": [8, 8], "inputModes": [32, 25], "ranks": [1, 4, 6, 4, 1]}]}
        """;
    CompressionPlan plan = CompressionPlan.fromJson(json);
    plan.checkFits(convolutional());
    assertThat(plan.weights().get(0).parameter()).isEqualTo("W");
    assertThat(plan.weights().get(0).form().ranks()).containsExactly(1, 4, 6, 4, 1);

    assertThatThrownBy(() -> CompressionPlan.fromJson(json.replace("ranks", "rank")))
        .hasMessageContaining("layer fc has an entry \"rank\"; it may have");
    assertThatThrownBy(() -> CompressionPlan.fromJson(json.replace("[1, 4, 6, 4, 1]", "[1, 4, 1]")))
        .hasMessage("layer fc: 4 cores need 5 ranks, got [1, 4, 1]");
    assertThatThrownBy(() -> CompressionPlan.fromJson(json.replace("SEPARATED", "MIXED")))
        .hasMessageContaining("scheme \"MIXED\" is none of [");
    assertThatThrownBy(
            () -> CompressionPlan.fromJson(json.replace("\"format\": 1", "\"format\": 9")))
        .hasMessageContaining("format 9, this release of dl4j-tt reads up to 2");
    assertThatThrownBy(() -> CompressionPlan.fromJson("{"))
        .hasMessageContaining("the plan is not JSON");
  }
}
