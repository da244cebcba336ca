package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dl4jtt.layers.LstmPair.CLASSES;
import static org.dl4jtt.layers.LstmPair.INPUTS;
import static org.dl4jtt.layers.LstmPair.distance;
import static org.dl4jtt.layers.LstmPair.input;
import static org.dl4jtt.layers.LstmPair.labels;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.layers.recurrent.BaseRecurrentLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;

/** Gradients by way of DL4J's own LSTM, truncated back-propagation, and steps of training. */
class TensorLstmTrainingTest {
  private static final int STEPS = 4;

  /** Every parameter has been checked against differences elsewhere; here it is every seventh. */
  private static final int STRIDE = 7;

  static Stream<Arguments> layers() {
    return Stream.of(
        Arguments.of("train", supplier(LstmPair::train)),
        Arguments.of("separated", supplier(() -> LstmPair.train().scheme(Scheme.SEPARATED))),
        Arguments.of("ring", supplier(LstmPair::ring)),
        Arguments.of("ring, separated", supplier(() -> LstmPair.ring().scheme(Scheme.SEPARATED))),
        Arguments.of("recurrent too", supplier(() -> LstmPair.ring().recurrentRanks(2))));
  }

  private static Supplier<TensorLSTM.Builder<?>> supplier(
      Supplier<TensorLSTM.Builder<?>> supplier) {
    return supplier;
  }

  /** The full matrix is linear in every entry of a core, so the chain rule needs no differences. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void coreGradients_areThoseOfDl4jsMatrices(String name, Supplier<TensorLSTM.Builder<?>> builder) {
    for (RNNFormat format : RNNFormat.values()) {
      LstmPair pair = LstmPair.of(builder.get(), DataType.DOUBLE, format);
      for (MultiLayerNetwork net : List.of(pair.tensor(), pair.stock())) {
        net.setInput(input(3, STEPS, DataType.DOUBLE, format));
        net.setLabels(labels(3, STEPS, DataType.DOUBLE, format));
        net.computeGradientAndScore();
      }
      TensorLSTM conf = (TensorLSTM) pair.tensor().getLayer(0).conf().getLayer();
      assertChainRule(pair, conf.getForm(), "core", "0_W");
      if (conf.getRecurrentForm() != null) {
        assertChainRule(pair, conf.getRecurrentForm(), "rcore", "0_RW");
      }
    }
  }

  private static void assertChainRule(
      LstmPair pair, TensorForm form, String prefix, String matrixName) {
    INDArray matrix = pair.stock().gradient().getGradientFor(matrixName);
    Map<String, INDArray> params = pair.tensor().getLayer(0).paramTable();
    for (int k = 0; k < form.order(); k++) {
      INDArray ours = pair.tensor().gradient().getGradientFor("0_" + prefix + k);
      INDArray expected = Nd4j.zeros(DataType.DOUBLE, ours.shape());
      for (long entry = 0; entry < expected.length(); entry++) {
        INDArray unit = Nd4j.zeros(DataType.DOUBLE, ours.shape());
        unit.putScalar(entry, 1);
        Map<String, INDArray> changed = new HashMap<>(params);
        changed.put(prefix + k, unit);
        INDArray derivative = LstmPair.full(form, changed, prefix);
        expected.putScalar(entry, derivative.mul(matrix).sumNumber().doubleValue());
      }
      // Sums of about a hundred O(1) products.
      assertThat(distance(ours, expected)).as(prefix + k).isLessThan(1e-12);
    }
  }

  /**
   * A segment's gradients are the differences of its score, with the state it started in held
   * fixed. DL4J's are not: its networks restart the backward pass from zeros.
   */
  @Test
  void secondSegmentsGradients_areDifferencesOfItsScore() {
    LstmPair pair = LstmPair.of(LstmPair.train(), DataType.DOUBLE, RNNFormat.NCW);
    INDArray x = input(3, 2 * STEPS, DataType.DOUBLE, RNNFormat.NCW);
    Segment ours = new Segment(pair.tensor(), x);
    Segment theirs = new Segment(pair.stock(), x);
    INDArray gradient = ours.gradient(0, STEPS);
    assertThat(distance(common(ours, gradient), common(theirs, theirs.gradient(0, STEPS))))
        .as("first segment")
        .isLessThan(1e-12);
    ours.advance();
    theirs.advance();
    // Central differences at 1e-5: truncation and rounding of a score of O(10) each about 1e-10.
    assertThat(ours.distanceFromDifferences(STEPS, 2 * STEPS)).isLessThan(1e-8);
    assertThat(theirs.distanceFromDifferences(STEPS, 2 * STEPS)).isGreaterThan(1e-3);
  }

  /** Gradients of what both networks have: RW, the bias, the output layer. */
  private static INDArray common(Segment segment, INDArray gradient) {
    TensorLSTM conf = null;
    if (segment.net.getLayer(0).conf().getLayer() instanceof TensorLSTM tensor) {
      conf = tensor;
    }
    long before =
        conf == null ? segment.net.getLayer(0).getParam("W").length() : conf.getForm().weights();
    return gradient.get(NDArrayIndex.interval(before, gradient.length()));
  }

  /** A network in truncated back-propagation, walked by hand. */
  private static final class Segment {
    private final MultiLayerNetwork net;
    private final INDArray x;
    private final INDArray y;
    private Map<String, INDArray> state = Map.of();

    Segment(MultiLayerNetwork net, INDArray x) {
      this.net = net;
      this.x = x;
      this.y = labels(3, 2 * STEPS, DataType.DOUBLE, RNNFormat.NCW);
      net.getLayerWiseConfigurations().setBackpropType(BackpropType.TruncatedBPTT);
      net.getLayerWiseConfigurations().setTbpttFwdLength(STEPS);
      net.getLayerWiseConfigurations().setTbpttBackLength(STEPS);
    }

    private double score(int from, int to) {
      BaseRecurrentLayer<?> layer = (BaseRecurrentLayer<?>) net.getLayer(0);
      layer.rnnSetTBPTTState(new HashMap<>(state));
      net.setInput(part(x, from, to));
      net.setLabels(part(y, from, to));
      net.computeGradientAndScore();
      return net.score();
    }

    private static INDArray part(INDArray series, int from, int to) {
      return series.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to));
    }

    /** Of the score, which is a mean over the 3 examples. */
    INDArray gradient(int from, int to) {
      score(from, to);
      INDArray flat = net.getFlattenedGradients();
      return flat.reshape(flat.length()).div(3);
    }

    void advance() {
      state = ((BaseRecurrentLayer<?>) net.getLayer(0)).rnnGetTBPTTState();
    }

    double distanceFromDifferences(int from, int to) {
      INDArray gradient = gradient(from, to);
      INDArray params = net.params();
      double largest = 0;
      for (long i = 0; i < gradient.length(); i += STRIDE) {
        double value = params.getDouble(i);
        params.putScalar(i, value + 1e-5);
        double up = score(from, to);
        params.putScalar(i, value - 1e-5);
        double down = score(from, to);
        params.putScalar(i, value);
        largest = Math.max(largest, Math.abs((up - down) / 2e-5 - gradient.getDouble(i)));
      }
      return largest;
    }
  }

  /** Which class the first step named, to be said at the last. */
  private static INDArray[] memoryTask() {
    INDArray x = Nd4j.zeros(DataType.FLOAT, 12, INPUTS, STEPS);
    INDArray y = Nd4j.zeros(DataType.FLOAT, 12, CLASSES, STEPS);
    INDArray mask = Nd4j.zeros(DataType.FLOAT, 12, STEPS);
    for (int i = 0; i < 12; i++) {
      x.putScalar(new int[] {i, i % CLASSES, 0}, 1);
      for (int t = 1; t < STEPS; t++) {
        x.putScalar(new int[] {i, CLASSES + (i + t) % CLASSES, t}, 1); // of no consequence
      }
      y.putScalar(new int[] {i, i % CLASSES, STEPS - 1}, 1);
      mask.putScalar(i, STEPS - 1, 1);
    }
    return new INDArray[] {x, y, mask};
  }

  private static MultiLayerNetwork trained(int steps) {
    TTLSTM lstm = LstmPair.train().nIn(INPUTS).build();
    MultiLayerNetwork net = LstmPair.network(lstm, DataType.FLOAT, RNNFormat.NCW, new Adam(0.05));
    INDArray[] task = memoryTask();
    for (int i = 0; i < steps; i++) {
      net.fit(task[0], task[1], null, task[2]);
    }
    return net;
  }

  private static double loss(MultiLayerNetwork net) {
    INDArray[] task = memoryTask();
    return net.score(new DataSet(task[0], task[1], null, task[2]));
  }

  @Test
  void adam_learnsToRemember_andTheSameSeedGivesTheSameBits() {
    MultiLayerNetwork net = trained(40);
    assertThat(loss(trained(0))).isGreaterThan(0.7); // about ln 3: knows nothing
    assertThat(loss(net)).isLessThan(0.3);
    assertThat(Arrays.equals(bits(net), bits(trained(40)))).isTrue();
  }

  private static float[] bits(MultiLayerNetwork net) {
    return net.params().dup().data().asFloat();
  }

  @Test
  void theSameBatchInAnotherMemoryOrder_givesTheSameGradients() {
    for (RNNFormat format : RNNFormat.values()) {
      LstmPair pair = LstmPair.of(LstmPair.train(), DataType.DOUBLE, format);
      INDArray x = input(3, STEPS, DataType.DOUBLE, format);
      MultiLayerNetwork net = pair.tensor();
      INDArray last = null;
      for (char order : new char[] {'c', 'f'}) {
        net.setInput(x.dup(order));
        net.setLabels(labels(3, STEPS, DataType.DOUBLE, format));
        net.computeGradientAndScore();
        INDArray gradient = net.getFlattenedGradients().dup();
        if (last != null) {
          assertThat(distance(gradient, last)).isLessThan(1e-12);
        }
        last = gradient;
      }
    }
  }
}
