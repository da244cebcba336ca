package org.dl4jtt.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.dl4jtt.compress.RandomData.random;

import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.adapter.SingletonMultiDataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class DistillationTest {
  private static final int BATCH = 6;
  private static final int INPUTS = 4;
  private static final int OUTPUTS = 3;
  private static final double T = 2.5;
  private static final double W = 0.7;

  /** Rounding of some tens of doubles of magnitude 1. */
  private static final double EXACT = 1e-12;

  /** An output, its loss, and the function that undoes its activation's temperature. */
  private enum Kind {
    CLASSES(LossFunction.MCXENT, Activation.SOFTMAX),
    LABELS(LossFunction.XENT, Activation.SIGMOID),
    NUMBERS(LossFunction.MSE, Activation.IDENTITY);

    private final LossFunction loss;
    private final Activation activation;

    Kind(LossFunction loss, Activation activation) {
      this.loss = loss;
      this.activation = activation;
    }

    private OutputLayer layer() {
      return new OutputLayer.Builder(loss).nIn(INPUTS).nOut(OUTPUTS).activation(activation).build();
    }
  }

  private static NeuralNetConfiguration.Builder conf(int seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .dataType(DataType.DOUBLE)
        .updater(new Sgd(0.5));
  }

  private static MultiLayerNetwork net(Kind kind, int seed) {
    MultiLayerNetwork net = new MultiLayerNetwork(conf(seed).list().layer(kind.layer()).build());
    net.init();
    net.getParam("0_b").assign(Nd4j.create(new double[] {0.3, -0.2, 0.1}));
    return net;
  }

  private static DataSet data() {
    INDArray y = Nd4j.create(DataType.DOUBLE, BATCH, OUTPUTS);
    for (int i = 0; i < BATCH; i++) {
      y.putScalar(i, i % OUTPUTS, 1);
    }
    return new DataSet(random(1, BATCH, INPUTS), y);
  }

  private static DataSetIterator iterator(DataSet data) {
    return new ExistingDataSetIterator(List.of(data));
  }

  /** From the logits x W + b, entry by entry: not from the outputs. */
  private static double[][] softened(MultiLayerNetwork net, INDArray x, Kind kind) {
    double[][] soft = new double[BATCH][OUTPUTS];
    for (int i = 0; i < BATCH; i++) {
      double sum = 0;
      for (int k = 0; k < OUTPUTS; k++) {
        double z = net.getParam("0_b").getDouble(k);
        for (int j = 0; j < INPUTS; j++) {
          z += x.getDouble(i, j) * net.getParam("0_W").getDouble(j, k);
        }
        soft[i][k] =
            switch (kind) {
              case CLASSES -> Math.exp(z / T);
              case LABELS -> 1 / (1 + Math.exp(-z / T));
              case NUMBERS -> z;
            };
        sum += soft[i][k];
      }
      for (int k = 0; k < OUTPUTS && kind == Kind.CLASSES; k++) {
        soft[i][k] /= sum;
      }
    }
    return soft;
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void labels_areMixedWithTheTeachersSoftenedOutputs(Kind kind) {
    MultiLayerNetwork teacher = net(kind, 1);
    DataSet data = data();
    INDArray before = data.getLabels().dup();
    INDArray mixed = mixed(teacher, data);
    double[][] soft = softened(teacher, data.getFeatures(), kind);
    for (int i = 0; i < BATCH; i++) {
      for (int k = 0; k < OUTPUTS; k++) {
        double expected = (1 - W) * before.getDouble(i, k) + W * soft[i][k];
        assertThat(mixed.getDouble(i, k)).isCloseTo(expected, within(EXACT));
      }
    }
    assertThat(data.getLabels()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void gradient_isTheWeightedSumOfBothLosses(Kind kind) {
    MultiLayerNetwork teacher = net(kind, 1);
    MultiLayerNetwork student = net(kind, 2);
    DataSet data = data();
    INDArray soft = Nd4j.createFromArray(softened(teacher, data.getFeatures(), kind));
    INDArray mixed = mixed(teacher, data);
    INDArray expected =
        gradient(student, data.getFeatures(), data.getLabels())
            .mul(1 - W)
            .add(gradient(student, data.getFeatures(), soft).mul(W));
    assertThat(gradient(student, data.getFeatures(), mixed).distance2(expected))
        .isLessThan(EXACT * 10);
    assertThat(expected.norm2Number().doubleValue()).isGreaterThan(0.1); // not 0 = 0
  }

  private static INDArray mixed(MultiLayerNetwork teacher, DataSet data) {
    Distillation distillation = Distillation.from(teacher).temperature(T).weight(W);
    return distillation.labels(iterator(data)).next().getLabels();
  }

  private static INDArray gradient(MultiLayerNetwork net, INDArray x, INDArray y) {
    net.setInput(x);
    net.setLabels(y);
    net.computeGradientAndScore();
    return net.gradient().gradient().dup();
  }

  @Test
  void studentWithAWeightOfOne_becomesItsTeacher() {
    MultiLayerNetwork teacher = net(Kind.NUMBERS, 1);
    MultiLayerNetwork student = net(Kind.NUMBERS, 2);
    DataSet data = new DataSet(random(1, 50, INPUTS), Nd4j.zeros(DataType.DOUBLE, 50, OUTPUTS));
    double before = student.params().distance2(teacher.params());
    student.fit(Distillation.from(teacher).weight(1).labels(iterator(data)), 200);
    assertThat(before).isGreaterThan(0.5);
    assertThat(student.params().distance2(teacher.params())).isLessThan(1e-6); // convex
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void maskedSequences_areSoftenedAlongTheirClasses_andKeepTheirMasks(RNNFormat format) {
    MultiLayerNetwork teacher =
        new MultiLayerNetwork(
            conf(1)
                .list()
                .layer(new LSTM.Builder().nOut(5).dataFormat(format).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(OUTPUTS)
                        .dataFormat(format)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.recurrent(INPUTS, 7, format))
                .build());
    teacher.init();
    boolean last = format == RNNFormat.NWC;
    INDArray x = last ? random(1, 2, 7, INPUTS) : random(1, 2, INPUTS, 7);
    INDArray y =
        last
            ? Nd4j.zeros(DataType.DOUBLE, 2, 7, OUTPUTS)
            : Nd4j.zeros(DataType.DOUBLE, 2, OUTPUTS, 7);
    INDArray mask = Nd4j.ones(DataType.DOUBLE, 2, 7);
    mask.putScalar(1, 6, 0);
    org.nd4j.linalg.dataset.api.DataSet mixed =
        Distillation.from(teacher)
            .temperature(T)
            .weight(1)
            .labels(iterator(new DataSet(x, y, mask, mask)))
            .next();
    INDArray sums = mixed.getLabels().sum(last ? 2 : 1);
    assertThat(sums.getDouble(0, 0)).isCloseTo(1, within(EXACT));
    assertThat(sums.getDouble(1, 5)).isCloseTo(1, within(EXACT));
    assertThat(mixed.getFeaturesMaskArray()).isEqualTo(mask);
    assertThat(mixed.getLabelsMaskArray()).isEqualTo(mask);
  }

  @Test
  void graphWithTwoOutputs_mixesEach() {
    ComputationGraph teacher =
        new ComputationGraph(
            conf(1)
                .graphBuilder()
                .addInputs("in")
                .addLayer("fc", new DenseLayer.Builder().nIn(INPUTS).nOut(INPUTS).build(), "in")
                .addLayer("classes", Kind.CLASSES.layer(), "fc")
                .addLayer("numbers", Kind.NUMBERS.layer(), "fc")
                .setOutputs("classes", "numbers")
                .build());
    teacher.init();
    INDArray x = random(1, BATCH, INPUTS);
    INDArray zero = Nd4j.zeros(DataType.DOUBLE, BATCH, OUTPUTS);
    MultiDataSet batch = new MultiDataSet(new INDArray[] {x}, new INDArray[] {zero, zero});
    INDArray[] mixed =
        Distillation.from(teacher)
            .weight(0.5)
            .labels(new SingletonMultiDataSetIterator(batch))
            .next()
            .getLabels();
    INDArray[] outputs = teacher.output(x);
    assertThat(mixed[0]).isEqualTo(outputs[0].mul(0.5));
    assertThat(mixed[1]).isEqualTo(outputs[1].mul(0.5));
  }

  @Test
  void badValues_areNamed() {
    Distillation distillation = Distillation.from(net(Kind.CLASSES, 1));
    assertThatThrownBy(() -> distillation.temperature(0))
        .hasMessage("the temperature is 0.0; it must be positive, usually 1 to 5");
    assertThatThrownBy(() -> distillation.weight(1.5))
        .hasMessage("the weight of the teacher is 1.5; it must be from 0 to 1");
    MultiLayerNetwork absolute =
        new MultiLayerNetwork(
            conf(1)
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunction.MEAN_ABSOLUTE_ERROR)
                        .nIn(INPUTS)
                        .nOut(OUTPUTS)
                        .build())
                .build());
    absolute.init();
    assertThatThrownBy(() -> Distillation.from(absolute))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("output of the network has loss")
        .hasMessageContaining("right for MCXENT");
  }
}
