package org.dl4jtt.layers.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInitRelu;
import org.dl4jtt.layers.TRLSTM;
import org.dl4jtt.layers.TTLSTM;
import org.dl4jtt.layers.TensorLSTM;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

class LstmConversionTest {
  private static final int IN = 6;
  private static final int UNITS = 4;

  private static LSTM stock() {
    return new LSTM.Builder()
        .name("memory")
        .nIn(IN)
        .nOut(UNITS)
        .activation(Activation.SOFTSIGN)
        .gateActivationFunction(Activation.HARDSIGMOID)
        .forgetGateBiasInit(2.5)
        .weightInitRecurrent(new WeightInitRelu())
        .dataFormat(RNNFormat.NWC)
        .updater(new Adam(0.01))
        .l2(0.1)
        .dropOut(new Dropout(0.8))
        .constrainRecurrent(new MaxNormConstraint(2, 0))
        .build();
  }

  private static MultiLayerNetwork network(Layer lstm) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .dataType(DataType.DOUBLE)
                .list(
                    lstm,
                    new RnnOutputLayer.Builder()
                        .nIn(UNITS)
                        .nOut(2)
                        .dataFormat(RNNFormat.NWC)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    net.init();
    return net;
  }

  private static FactoredWeight factors(INDArray w, Scheme scheme, int inputs, int... ranks) {
    List<Integer> in = inputs == IN ? List.of(2, 3) : List.of(2, 2);
    Tensorization t = Tensorization.matrix(scheme, List.of(8, 2), in);
    return FactoredWeight.decompose(
        w, TensorForm.of(t, java.util.Arrays.stream(ranks).boxed().toList()));
  }

  @ParameterizedTest
  @EnumSource(Scheme.class)
  void atFullRank_outputIsUnchanged_bothWays(Scheme scheme) {
    MultiLayerNetwork net = network(stock());
    LSTM conf = (LSTM) net.getLayer(0).conf().getLayer();
    Map<String, INDArray> params = net.getLayer(0).paramTable();
    INDArray x = Nd4j.rand(DataType.DOUBLE, 3, 5, IN);
    INDArray expected = net.output(x);
    for (boolean both : new boolean[] {false, true}) {
      Map<String, FactoredWeight> factors = new LinkedHashMap<>();
      int[] ranks = scheme == Scheme.PAIRED ? new int[] {1, 6, 1} : new int[] {1, 8, 6, 3, 1};
      factors.put("W", factors(params.get("W"), scheme, IN, ranks));
      if (both) {
        int[] recurrent = scheme == Scheme.PAIRED ? new int[] {1, 4, 1} : new int[] {1, 8, 4, 2, 1};
        factors.put("RW", factors(params.get("RW"), scheme, UNITS, recurrent));
      }
      ConvertedLayer tensor = TensorLayers.toTensor(conf, params, factors);
      assertThat(tensor.configuration()).isInstanceOf(TTLSTM.class);
      MultiLayerNetwork small = rebuilt(net, tensor);
      // Decomposition and five steps of the recurrence, each exact to about 1e-15 of O(1).
      assertThat(small.output(x).distance2(expected)).isLessThan(1e-12);

      ConvertedLayer back =
          TensorLayers.toDense(tensor.configuration(), small.getLayer(0).paramTable());
      assertThat(rebuilt(net, back).output(x).distance2(expected)).isLessThan(1e-12);
      assertThat(back.configuration()).isEqualTo(withoutConstraintsIf(both, conf));
    }
  }

  /** A constraint on RW cannot be said of its cores, and is dropped with a warning. */
  private static LSTM withoutConstraintsIf(boolean dropped, LSTM conf) {
    LSTM copy = (LSTM) conf.clone();
    if (dropped) {
      copy.setConstraints(null);
    }
    return copy;
  }

  private static MultiLayerNetwork rebuilt(MultiLayerNetwork net, ConvertedLayer layer) {
    MultiLayerNetwork rebuilt = network(layer.configuration());
    layer.parameters().forEach((name, value) -> rebuilt.getLayer(0).setParam(name, value));
    rebuilt.getLayer(1).setParams(net.getLayer(1).params());
    return rebuilt;
  }

  @Test
  void ringFactors_giveARing_andEveryFieldIsKept() {
    MultiLayerNetwork net = network(stock());
    LSTM conf = (LSTM) net.getLayer(0).conf().getLayer();
    Map<String, INDArray> params = net.getLayer(0).paramTable();
    FactoredWeight w = factors(params.get("W"), Scheme.PAIRED, IN, 2, 2, 2);
    TensorLSTM to =
        (TensorLSTM) TensorLayers.toTensor(conf, params, Map.of("W", w)).configuration();
    assertThat(to).isInstanceOf(TRLSTM.class);
    assertThat(to.getForm()).isEqualTo(w.form());
    assertThat(to.getLayerName()).isEqualTo("memory");
    assertThat(to.getForgetGateBiasInit()).isEqualTo(2.5);
    assertThat(to.getGateActivationFn()).isEqualTo(conf.getGateActivationFn());
    assertThat(to.getActivationFn()).isEqualTo(conf.getActivationFn());
    assertThat(to.getWeightInitFnRecurrent()).isEqualTo(conf.getWeightInitFnRecurrent());
    assertThat(to.getRnnDataFormat()).isEqualTo(RNNFormat.NWC);
    assertThat(to.getIUpdater()).isEqualTo(conf.getIUpdater());
    assertThat(to.getRegularization()).isEqualTo(conf.getRegularization());
    assertThat(to.getIDropout()).isEqualTo(conf.getIDropout());
    assertThat(to.getConstraints()).isEqualTo(conf.getConstraints());
  }

  @Test
  @SuppressWarnings("deprecation")
  void gravesLstm_isRefusedByName() {
    GravesLSTM graves = new GravesLSTM.Builder().name("old").nIn(IN).nOut(UNITS).build();
    assertThat(TensorLayers.hasTensorCounterpart(graves)).isFalse();
    assertThatThrownBy(() -> TensorLayers.toTensor(graves, Map.of(), Map.of()))
        .hasMessageContaining("layer old")
        .hasMessageContaining("GravesLSTM");
  }

  @Test
  void factorsOfTheRecurrentWeightsAlone_areRefused() {
    MultiLayerNetwork net = network(stock());
    LSTM conf = (LSTM) net.getLayer(0).conf().getLayer();
    Map<String, INDArray> params = net.getLayer(0).paramTable();
    FactoredWeight rw = factors(params.get("RW"), Scheme.PAIRED, UNITS, 1, 2, 1);
    assertThatThrownBy(() -> TensorLayers.toTensor(conf, params, Map.of("RW", rw)))
        .hasMessageContaining("layer memory")
        .hasMessageContaining("needs factors of its W");
  }
}
