package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dl4jtt.layers.LstmPair.CLASSES;
import static org.dl4jtt.layers.LstmPair.INPUTS;
import static org.dl4jtt.layers.LstmPair.UNITS;
import static org.dl4jtt.layers.LstmPair.distance;
import static org.dl4jtt.layers.LstmPair.input;
import static org.dl4jtt.layers.LstmPair.labels;
import static org.dl4jtt.layers.LstmPair.mask;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.layers.recurrent.BaseRecurrentLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Sgd;

/** The tensor LSTMs against DL4J's LSTM with the full matrices. */
class TensorLstmTest {
  // About twenty sums of O(1) products through five steps.
  private static final double DOUBLE = 1e-12;
  private static final double FLOAT = 1e-5;
  private static final int STEPS = 5;

  static Stream<Arguments> layers() {
    return Stream.of(
        layer("train", LstmPair::train),
        layer("train separated", () -> LstmPair.train().scheme(Scheme.SEPARATED).ranks(4)),
        layer("train, recurrent factorised", () -> LstmPair.train().recurrentRanks(2)),
        layer("ring", LstmPair::ring),
        layer("ring, recurrent factorised", () -> LstmPair.ring().recurrentRanks(2)),
        layer(
            "hard sigmoid gates, soft sign",
            () ->
                LstmPair.train()
                    .gateActivationFunction(Activation.HARDSIGMOID)
                    .activation(Activation.SOFTSIGN)));
  }

  private static Arguments layer(String name, Supplier<TensorLSTM.Builder<?>> builder) {
    return Arguments.of(name, builder);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void output_equalsDl4jsLstm(String name, Supplier<TensorLSTM.Builder<?>> builder) {
    for (RNNFormat format : RNNFormat.values()) {
      for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
        LstmPair pair = LstmPair.of(builder.get(), type, format);
        INDArray x = input(3, STEPS, type, format);
        double tolerance = type == DataType.DOUBLE ? DOUBLE : FLOAT;
        INDArray expected = pair.stock().output(x);
        assertThat(distance(pair.tensor().output(x), expected)).isLessThan(tolerance);
        assertThat(distance(pair.tensor().output(x.dup('f')), expected)).isLessThan(tolerance);
        INDArray one = x.get(NDArrayIndex.interval(1, 2), NDArrayIndex.all(), NDArrayIndex.all());
        assertThat(distance(pair.tensor().output(one), pair.stock().output(one)))
            .isLessThan(tolerance);
      }
    }
  }

  static Stream<Arguments> wrappings() {
    Stream.Builder<Arguments> all = Stream.builder();
    for (RNNFormat format : RNNFormat.values()) {
      for (Bidirectional.Mode mode : Bidirectional.Mode.values()) {
        all.add(wrapping(mode + " " + format, format, lstm -> new Bidirectional(mode, lstm)));
      }
      all.add(wrapping("last time step " + format, format, LastTimeStep::new));
      all.add(wrapping("plain " + format, format, lstm -> lstm));
    }
    return all.build();
  }

  private static Arguments wrapping(String name, RNNFormat format, LstmPair.Wrapping wrapping) {
    return Arguments.of(name, format, wrapping);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrappings")
  void wrappedAndMasked_outputAndFirstStepEqualDl4js(
      String name, RNNFormat format, LstmPair.Wrapping wrapping) {
    LstmPair pair = LstmPair.of(LstmPair.train(), DataType.DOUBLE, format, wrapping, new Sgd(0.1));
    INDArray x = input(3, STEPS, DataType.DOUBLE, format);
    INDArray mask = mask(3, STEPS, DataType.DOUBLE);
    INDArray expected = pair.stock().output(x, false, mask, null);
    assertThat(distance(pair.tensor().output(x, false, mask, null), expected)).isLessThan(DOUBLE);

    INDArray y =
        expected.rank() == 2
            ? Nd4j.eye(CLASSES).castTo(DataType.DOUBLE)
            : labels(3, STEPS, DataType.DOUBLE, format);
    pair.tensor().fit(x, y);
    pair.stock().fit(x, y);
    Map<String, INDArray> theirs = pair.stock().paramTable();
    pair.tensor()
        .paramTable()
        .forEach(
            (key, ours) -> {
              if (!key.contains("core")) {
                assertThat(distance(ours, theirs.get(key))).as(key).isLessThan(DOUBLE);
              }
            });
  }

  @Test
  void recurrentModes_areThoseOfTheUnits_withTheGatesInTheFirstOutputMode() {
    TTLSTM layer =
        new TTLSTM.Builder()
            .nIn(12)
            .nOut(6)
            .ranks(2)
            .recurrentRanks(2)
            .recurrentInputModes(3, 2)
            .recurrentOutputModes(2, 3)
            .build();
    assertThat(layer.getRecurrentForm())
        .isEqualTo(
            TensorForm.of(
                Tensorization.matrix(Scheme.PAIRED, List.of(8, 3), List.of(3, 2)),
                List.of(1, 2, 1)));
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void gradients_equalDl4js(RNNFormat format) {
    LstmPair pair = LstmPair.of(LstmPair.train().recurrentRanks(2), DataType.DOUBLE, format);
    INDArray x = input(3, STEPS, DataType.DOUBLE, format);
    INDArray y = labels(3, STEPS, DataType.DOUBLE, format);
    INDArray mask = mask(3, STEPS, DataType.DOUBLE);
    for (MultiLayerNetwork net : List.of(pair.tensor(), pair.stock())) {
      net.setInput(x);
      net.setLabels(y);
      net.setLayerMaskArrays(mask, mask);
      net.computeGradientAndScore();
    }
    Map<String, INDArray> ours = pair.tensor().gradient().gradientForVariable();
    Map<String, INDArray> theirs = pair.stock().gradient().gradientForVariable();
    assertThat(pair.tensor().score()).isCloseTo(pair.stock().score(), within());
    assertThat(distance(ours.get("0_b"), theirs.get("0_b"))).isLessThan(DOUBLE);
    assertThat(distance(ours.get("1_W"), theirs.get("1_W"))).isLessThan(DOUBLE);
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.data.Offset.offset(DOUBLE);
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void rnnTimeStep_equalsDl4jsStepForStep(RNNFormat format) {
    LstmPair pair = LstmPair.of(LstmPair.train(), DataType.DOUBLE, format);
    INDArray x = input(3, 6, DataType.DOUBLE, format);
    for (int t = 0; t < 6; t += 2) {
      INDArray part = steps(x, t, t + 2, format);
      assertThat(distance(pair.tensor().rnnTimeStep(part), pair.stock().rnnTimeStep(part)))
          .isLessThan(DOUBLE);
      Map<String, INDArray> ours = pair.tensor().rnnGetPreviousState(0);
      Map<String, INDArray> theirs = pair.stock().rnnGetPreviousState(0);
      assertThat(ours.keySet()).isEqualTo(theirs.keySet());
      theirs.forEach(
          (name, state) -> assertThat(distance(ours.get(name), state)).isLessThan(DOUBLE));
    }
    Map<String, INDArray> state = pair.stock().rnnGetPreviousState(0);
    pair.tensor().rnnClearPreviousState();
    pair.tensor().rnnSetPreviousState(0, state);
    INDArray part = steps(x, 0, 1, format);
    assertThat(distance(pair.tensor().rnnTimeStep(part), pair.stock().rnnTimeStep(part)))
        .isLessThan(DOUBLE);
  }

  private static INDArray steps(INDArray x, int from, int to, RNNFormat format) {
    return format == RNNFormat.NCW
        ? x.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to))
        : x.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  /**
   * Forward segments and their states equal DL4J's; so do the gradients of DL4J's own truncated
   * backward pass, which its networks of M2.1 do not call.
   */
  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void truncatedBackPropagation_equalsDl4jsSegmentForSegment(RNNFormat format) {
    LstmPair pair = LstmPair.of(LstmPair.train(), DataType.DOUBLE, format);
    INDArray x = input(3, 9, DataType.DOUBLE, format);
    BaseRecurrentLayer<?> ours = gradientsReady(pair.tensor());
    BaseRecurrentLayer<?> theirs = gradientsReady(pair.stock());
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    for (int t = 0; t < 9; t += 3) {
      INDArray part = steps(x, t, t + 3, format).dup();
      INDArray out = ours.rnnActivateUsingStoredState(part, true, true, none);
      INDArray expected = theirs.rnnActivateUsingStoredState(part, true, true, none);
      assertThat(distance(out, expected)).isLessThan(DOUBLE);
      INDArray epsilon = expected.dup();
      var our = ours.tbpttBackpropGradient(epsilon.dup(), 2, none);
      var their = theirs.tbpttBackpropGradient(epsilon.dup(), 2, none);
      assertThat(distance(our.getSecond(), their.getSecond())).isLessThan(DOUBLE);
      for (String name : List.of("RW", "b")) {
        assertThat(
                distance(
                    our.getFirst().getGradientFor(name), their.getFirst().getGradientFor(name)))
            .isLessThan(DOUBLE);
      }
      assertThat(
              distance(
                  ours.rnnGetTBPTTState().get("prevMem"), theirs.rnnGetTBPTTState().get("prevMem")))
          .isLessThan(DOUBLE);
      ours.rnnSetPreviousState(ours.rnnGetTBPTTState());
      theirs.rnnSetPreviousState(theirs.rnnGetTBPTTState());
    }
  }

  private static BaseRecurrentLayer<?> gradientsReady(MultiLayerNetwork net) {
    net.initGradientsView();
    return (BaseRecurrentLayer<?>) net.getLayer(0);
  }

  @Test
  void weightCount_ofThePapersVideoLayer() {
    TTLSTM layer =
        new TTLSTM.Builder()
            .nIn(57_600)
            .nOut(256)
            .inputModes(8, 20, 20, 18)
            .outputModes(4, 4, 4, 4)
            .ranks(4)
            .build();
    assertThat(layer.getForm().weights()).isEqualTo(3_360); // PAPERS: UCF11
    assertThat(layer.getForm().tensorization().outputModes()).containsExactly(16, 4, 4, 4);
    assertThat(layer.toString()).contains("3,360 weights in place of 58,982,400");
  }

  @Test
  void modesThatDoNotFit_areNamed() {
    assertThatThrownBy(() -> LstmPair.train().name("video").nIn(INPUTS).nOut(7).build())
        .hasMessageContaining("layer 'video': outputModes 2x2 = 4 but nOut = 7");
    assertThatThrownBy(() -> LstmPair.train().name("video").nIn(13).build())
        .hasMessageContaining("inputModes 2x3 = 6 but nIn = 13");
  }

  @Test
  void aFormOfAnotherSize_isNamedWhenTheNetworkIsBuilt() {
    TTLSTM layer = LstmPair.train().name("video").nIn(INPUTS).build();
    layer.setNOut(8); // as TransferLearning's nOutReplace does
    assertThatThrownBy(() -> LstmPair.network(layer, DataType.FLOAT, RNNFormat.NCW, new Sgd(0.1)))
        .hasMessageContaining("video")
        .hasMessageContaining("nOut");
  }

  @Test
  void anotherBatchSizeThanTheStoredState_saysWhatToDo() {
    LstmPair pair = LstmPair.of(LstmPair.train(), DataType.FLOAT, RNNFormat.NCW);
    pair.tensor().rnnTimeStep(input(3, 1, DataType.FLOAT, RNNFormat.NCW));
    assertThatThrownBy(() -> pair.tensor().rnnTimeStep(input(2, 1, DataType.FLOAT, RNNFormat.NCW)))
        .hasMessageContaining("of 3 sequences, the input of 2")
        .hasMessageContaining("rnnClearPreviousState()");
  }

  @Test
  void anInputOfAnotherSize_isNamed() {
    LstmPair pair = LstmPair.of(LstmPair.train(), DataType.FLOAT, RNNFormat.NCW);
    assertThatThrownBy(() -> pair.tensor().output(Nd4j.ones(DataType.FLOAT, 2, 5, 3)))
        .hasMessageContaining("[batch, 6, time]")
        .hasMessageContaining("[2, 5, 3]");
  }

  @Test
  void freshWeights_haveTheSpreadOfDl4jsInitialisation() {
    TTLSTM layer =
        new TTLSTM.Builder().nIn(64).nOut(64).inputModes(8, 8).outputModes(8, 8).ranks(8).build();
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new org.deeplearning4j.nn.conf.NeuralNetConfiguration.Builder()
                .seed(3)
                .list(
                    layer,
                    new org.deeplearning4j.nn.conf.layers.RnnOutputLayer.Builder()
                        .nIn(64)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    net.init();
    TensorForm form = layer.getForm();
    INDArray w = LstmPair.full(form, net.getLayer(0).paramTable(), "core");
    // Xavier with DL4J's fans of an LSTM: n and nIn + n. One draw of few cores: within 20 %.
    double expected = Math.sqrt(2.0 / (64 + 128));
    assertThat(w.norm2Number().doubleValue() / Math.sqrt(w.length()))
        .isBetween(0.8 * expected, 1.2 * expected);
    INDArray b = net.getLayer(0).getParam("b");
    assertThat(b.sumNumber().doubleValue()).isEqualTo(64); // forget gates 1, the rest 0
    assertThat(b.getDouble(64)).isEqualTo(1);
  }

  @Test
  void units_areThoseOfTheTest() {
    assertThat(LstmPair.train().nIn(INPUTS).build().getNOut()).isEqualTo(UNITS);
  }
}
