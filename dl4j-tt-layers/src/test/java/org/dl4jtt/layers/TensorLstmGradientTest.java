package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dl4jtt.layers.LstmPair.input;
import static org.dl4jtt.layers.LstmPair.labels;
import static org.dl4jtt.layers.LstmPair.mask;
import static org.dl4jtt.layers.LstmPair.network;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.tensor.Scheme;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** Central differences of every parameter. */
class TensorLstmGradientTest {
  private static final int STEPS = 3;
  private DataType before;

  @BeforeEach
  void doubleByDefault() { // GradientCheckUtil insists
    before = Nd4j.dataType();
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterEach
  void restore() {
    Nd4j.setDefaultDataTypes(before, before);
  }

  static Stream<Arguments> cases() {
    return Stream.of(
        of("train", LstmPair::train, l -> l),
        of("separated", () -> LstmPair.train().scheme(Scheme.SEPARATED), l -> l),
        of("ring, separated", () -> LstmPair.ring().scheme(Scheme.SEPARATED), l -> l),
        of("recurrent factorised", () -> LstmPair.train().recurrentRanks(2), l -> l),
        of("ring, recurrent factorised", () -> LstmPair.ring().recurrentRanks(2), l -> l),
        of(
            "gates tanh, activation soft sign",
            () ->
                LstmPair.train()
                    .gateActivationFunction(Activation.TANH)
                    .activation(Activation.SOFTSIGN),
            l -> l),
        of(
            "both directions",
            LstmPair::train,
            l -> new Bidirectional(Bidirectional.Mode.CONCAT, l)),
        of("last time step", LstmPair::train, LastTimeStep::new));
  }

  private static Arguments of(
      String name, Supplier<TensorLSTM.Builder<?>> builder, LstmPair.Wrapping wrapping) {
    return Arguments.of(name, builder, wrapping);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void everyParameter(
      String name, Supplier<TensorLSTM.Builder<?>> builder, LstmPair.Wrapping wrapping) {
    check(builder, wrapping, RNNFormat.NWC, 1, false, WorkspaceMode.NONE);
    check(builder, wrapping, RNNFormat.NCW, 3, true, WorkspaceMode.ENABLED);
    check(builder, wrapping, RNNFormat.NCW, 3, false, WorkspaceMode.ENABLED);
  }

  private static void check(
      Supplier<TensorLSTM.Builder<?>> builder,
      LstmPair.Wrapping wrapping,
      RNNFormat format,
      int batch,
      boolean masked,
      WorkspaceMode mode) {
    TensorLSTM conf = builder.get().nIn(LstmPair.INPUTS).dataFormat(format).build();
    MultiLayerNetwork net = network(wrapping.of(conf), DataType.DOUBLE, format, new NoOp());
    net.getLayerWiseConfigurations().setTrainingWorkspaceMode(mode);
    net.getLayerWiseConfigurations().setInferenceWorkspaceMode(mode);
    INDArray x = input(batch, STEPS, DataType.DOUBLE, format);
    INDArray mask = masked ? mask(batch, STEPS, DataType.DOUBLE) : null;
    boolean last = net.output(x).rank() == 2;
    INDArray y =
        last
            ? Nd4j.eye(LstmPair.CLASSES)
                .castTo(DataType.DOUBLE)
                .get(
                    org.nd4j.linalg.indexing.NDArrayIndex.interval(0, batch),
                    org.nd4j.linalg.indexing.NDArrayIndex.all())
            : labels(batch, STEPS, DataType.DOUBLE, format);
    boolean passes =
        GradientCheckUtil.checkGradients(
            new GradientCheckUtil.MLNConfig()
                .net(net)
                // The score is a sum of about 4, known to 1e-15: at a step of 1e-6 that alone is
                // 1e-9
                // of a gradient, at 1e-5 it is 1e-10, and so is the third derivative's share.
                .epsilon(1e-5)
                .maxRelError(1e-6)
                .minAbsoluteError(1e-9)
                .print(GradientCheckUtil.PrintMode.FAILURES_ONLY)
                .exitOnFirstError(false)
                .input(x)
                .labels(y)
                .inputMask(mask)
                .labelMask(last ? null : mask));
    assertThat(passes).isTrue();
  }
}
