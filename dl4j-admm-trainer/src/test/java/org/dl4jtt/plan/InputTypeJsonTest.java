package org.dl4jtt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.dl4jtt.internal.JsonText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.shade.jackson.core.JsonProcessingException;

/** Input types as DL4J's own mapper writes them; nothing else is made of a file. */
class InputTypeJsonTest {
  private static final AtomicBoolean INITIALISED = new AtomicBoolean();

  /** A class that a hostile file names. */
  static final class Foreign extends InputType {
    private static final long serialVersionUID = 1;

    static {
      INITIALISED.set(true);
    }

    @Override
    public Type getType() {
      return Type.FF;
    }

    @Override
    public long arrayElementsPerExample() {
      return 1;
    }

    @Override
    public long[] getShape(boolean includeBatchDim) {
      return new long[] {1};
    }

    @Override
    public String toString() {
      return "foreign";
    }
  }

  static Stream<InputType> types() {
    return Stream.of(
        InputType.feedForward(7),
        InputType.feedForward(7, RNNFormat.NWC),
        InputType.recurrent(7),
        InputType.recurrent(7, 5, RNNFormat.NWC),
        InputType.convolutional(5, 6, 3),
        InputType.convolutional(5, 6, 3, CNN2DFormat.NHWC),
        InputType.convolutionalFlat(5, 6, 3),
        InputType.convolutional3D(Convolution3D.DataFormat.NDHWC, 4, 5, 6, 3));
  }

  @ParameterizedTest
  @MethodSource("types")
  void whatDl4jWrites_isRead(InputType type) throws JsonProcessingException {
    String json = NeuralNetConfiguration.mapper().writeValueAsString(type);
    assertThat(InputTypeJson.read(JsonText.parse(json, "it"), "the plan")).isEqualTo(type);
  }

  @Test
  void foreignClass_isRefused_andNotInitialised() {
    String json =
        "{\"@class\": \"org.dl4jtt.plan.InputTypeJsonTest$Foreign\"}"; // by name: not loaded here
    assertThatThrownBy(() -> InputTypeJson.read(JsonText.parse(json, "it"), "the plan"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("InputTypeJsonTest$Foreign")
        .hasMessageEndingWith("is no input type of Deeplearning4j");
    assertThat(INITIALISED).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"InputTypeFeedForward\", \"size\": 0",
        "\"InputTypeFeedForward\", \"size\": 1e99",
        "\"InputTypeFeedForward\"",
        "\"InputTypeRecurrent\", \"size\": 3, \"timeSeriesLength\": null, \"format\": \"NCW\"",
        "\"InputTypeConvolutional\", \"height\": 1, \"width\": 1, \"channels\": 1, \"format\": 3",
        "\"InputTypeOfMine\""
      })
  void wrongValues_areRefused(String fields) {
    String json =
        "{\"@class\": "
            + fields.replaceFirst("\"", "\"org.deeplearning4j.nn.conf.inputs.InputType\\$")
            + "}";
    assertThatThrownBy(() -> InputTypeJson.read(JsonText.parse(json, "it"), "the plan"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the plan: ");
  }
}
