package org.dl4jtt.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.dl4jtt.compress.RandomData.random;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
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
import org.nd4j.linalg.indexing.NDArrayIndex;
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
  private static double[][] softened(
      MultiLayerNetwork net, INDArray x, Kind kind, double temperature) {
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
              case CLASSES -> Math.exp(z / temperature);
              case LABELS -> 1 / (1 + Math.exp(-z / temperature));
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

  /** What {@link Distillation} documents, from the logits, entry by entry. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void gradient_isThatOfHintonsSum(Kind kind) {
    MultiLayerNetwork teacher = net(kind, 1);
    MultiLayerNetwork student = net(kind, 2);
    DataSet data = data();
    INDArray labels = data.getLabels().dup();
    double[][] own = softened(student, data.getFeatures(), kind, 1);
    double[][] soft = softened(student, data.getFeatures(), kind, T);
    double[][] taught = softened(teacher, data.getFeatures(), kind, T);
    double scale = kind == Kind.NUMBERS ? 2.0 / OUTPUTS : 1; // MSE is a mean over outputs
    double pull = kind == Kind.NUMBERS ? scale : T;
    INDArray dz = Nd4j.create(DataType.DOUBLE, BATCH, OUTPUTS);
    for (int i = 0; i < BATCH; i++) {
      for (int k = 0; k < OUTPUTS; k++) {
        double hard = scale * (own[i][k] - labels.getDouble(i, k));
        dz.putScalar(i, k, (1 - W) * hard + W * pull * (soft[i][k] - taught[i][k]));
      }
    }
    INDArray expected = data.getFeatures().transpose().mmul(dz);

    INDArray gradient = gradient(Distillation.from(teacher), student, data);
    assertThat(gradient.distance2(expected)).isLessThan(EXACT * 100);
    assertThat(expected.norm2Number().doubleValue()).isGreaterThan(0.1); // not 0 = 0
    assertThat(data.getLabels()).isEqualTo(labels);
  }

  /** The score is the sum whose gradient the network follows: central differences. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void score_hasTheGradientThatIsUsed(Kind kind) {
    MultiLayerNetwork student = net(kind, 2);
    Distillation distillation = Distillation.from(net(kind, 1)).temperature(T).weight(W);
    org.nd4j.linalg.dataset.api.MultiDataSet batch = distillation.taught(data().toMultiDataSet());
    distillation.whileFitting(
        student,
        () -> {
          INDArray gradient = gradient(student, batch).dup();
          for (int i = 0; i < student.numParams(); i++) {
            double h = 1e-5;
            double value = student.params().getDouble(i);
            student.params().putScalar(i, value + h);
            gradient(student, batch);
            double above = student.score();
            student.params().putScalar(i, value - h);
            gradient(student, batch);
            double below = student.score();
            student.params().putScalar(i, value);
            // the score is a mean over examples; differences of h² and of rounding / h
            assertThat(gradient.getDouble(i) / BATCH)
                .isCloseTo((above - below) / (2 * h), within(1e-8));
          }
        });
  }

  private static INDArray gradient(
      Distillation distillation, MultiLayerNetwork student, DataSet data) {
    Distillation set = distillation.temperature(T).weight(W);
    INDArray[] weights = new INDArray[1];
    set.whileFitting(
        student,
        () -> {
          gradient(student, set.taught(data.toMultiDataSet()));
          weights[0] = student.gradient().getGradientFor("0_W").dup();
        });
    return weights[0];
  }

  private static INDArray gradient(
      MultiLayerNetwork net, org.nd4j.linalg.dataset.api.MultiDataSet batch) {
    net.setInput(batch.getFeatures(0));
    net.setLabels(batch.getLabels(0));
    net.computeGradientAndScore();
    return net.gradient().gradient();
  }

  @Test
  void studentWithAWeightOfOne_becomesItsTeacher() {
    MultiLayerNetwork teacher = net(Kind.NUMBERS, 1);
    MultiLayerNetwork student = net(Kind.NUMBERS, 2);
    DataSet data = new DataSet(random(1, 50, INPUTS), Nd4j.zeros(DataType.DOUBLE, 50, OUTPUTS));
    double before = student.params().distance2(teacher.params());
    Distillation.from(teacher).weight(1).fit(student, iterator(data), 300);
    assertThat(before).isGreaterThan(0.5);
    assertThat(student.params().distance2(teacher.params())).isLessThan(1e-6); // convex
  }

  @Test
  void ownLoss_isBackAfterwards_andInEveryFileWrittenMeanwhile() {
    MultiLayerNetwork teacher = net(Kind.CLASSES, 1);
    MultiLayerNetwork student = net(Kind.CLASSES, 2);
    String json = student.getLayerWiseConfigurations().toJson();
    String[] meanwhile = new String[1];
    Distillation.from(teacher)
        .whileFitting(student, () -> meanwhile[0] = student.getLayerWiseConfigurations().toJson());
    assertThat(meanwhile[0]).isEqualTo(json);
    assertThat(student.getLayerWiseConfigurations().toJson()).isEqualTo(json);
    assertThatThrownBy(
            () ->
                Distillation.from(teacher)
                    .whileFitting(
                        student,
                        () -> {
                          throw new IllegalStateException("stopped");
                        }))
        .hasMessage("stopped");
    assertThat(student.getLayerWiseConfigurations().toJson()).isEqualTo(json);
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void maskedSteps_teachNothing(RNNFormat format) {
    MultiLayerNetwork teacher = recurrent(format, 1);
    boolean last = format == RNNFormat.NWC;
    INDArray x = last ? random(1, 2, 7, INPUTS) : random(1, 2, INPUTS, 7);
    INDArray y =
        last
            ? Nd4j.zeros(DataType.DOUBLE, 2, 7, OUTPUTS)
            : Nd4j.zeros(DataType.DOUBLE, 2, OUTPUTS, 7);
    INDArray mask = Nd4j.ones(DataType.DOUBLE, 2, 7);
    for (int step = 4; step < 7; step++) {
      mask.putScalar(1, step, 0);
    }
    MultiLayerNetwork student = recurrent(format, 2);
    Distillation.from(teacher)
        .temperature(T)
        .weight(1)
        .fit(student, iterator(new DataSet(x, y, mask, mask)), 1);
    assertThat(Double.isFinite(student.params().sumNumber().doubleValue())).isTrue();

    // What lies under the mask changes nothing.
    MultiLayerNetwork again = recurrent(format, 2);
    INDArray other = x.dup();
    other
        .get(
            NDArrayIndex.point(1),
            last ? NDArrayIndex.interval(4, 7) : NDArrayIndex.all(),
            last ? NDArrayIndex.all() : NDArrayIndex.interval(4, 7))
        .assign(9);
    Distillation.from(teacher)
        .temperature(T)
        .weight(1)
        .fit(again, iterator(new DataSet(other, y, mask, mask)), 1);
    assertThat(again.params().distance2(student.params())).isLessThan(EXACT * 100);
    assertThat(again.params().distance2(recurrent(format, 2).params())).isGreaterThan(1e-3);
  }

  private static MultiLayerNetwork recurrent(RNNFormat format, int seed) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            conf(seed)
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
    net.init();
    return net;
  }

  @Test
  void graphWithTwoOutputs_isTaughtByEach() {
    ComputationGraph teacher = graph(1);
    INDArray x = random(1, BATCH, INPUTS);
    INDArray zero = Nd4j.zeros(DataType.DOUBLE, BATCH, OUTPUTS);
    MultiDataSet batch = new MultiDataSet(new INDArray[] {x}, new INDArray[] {zero, zero});
    INDArray[] taught = Distillation.from(teacher).taught(batch).getLabels();
    INDArray[] outputs = teacher.output(x);
    for (int i = 0; i < 2; i++) {
      assertThat(taught[i]).isEqualTo(Nd4j.concat(1, zero, outputs[i]));
    }
    ComputationGraph student = graph(2);
    double before = outputs[1].distance2(student.output(x)[1]);
    Distillation.from(teacher)
        .weight(1)
        .fit(student, new SingletonMultiDataSetIterator(batch), 2_000);
    assertThat(outputs[1].distance2(student.output(x)[1])).isLessThan(before / 10);
    assertThat(outputs[0].distance2(student.output(x)[0])).isLessThan(0.1);
  }

  private static ComputationGraph graph(int seed) {
    ComputationGraph graph =
        new ComputationGraph(
            conf(seed)
                .graphBuilder()
                .addInputs("in")
                .addLayer("fc", new DenseLayer.Builder().nIn(INPUTS).nOut(INPUTS).build(), "in")
                .addLayer("classes", Kind.CLASSES.layer(), "fc")
                .addLayer("numbers", Kind.NUMBERS.layer(), "fc")
                .setOutputs("classes", "numbers")
                .build());
    graph.init();
    return graph;
  }

  @Test
  void examplesInMemory_areTaughtOnceAndShuffledAsBefore() {
    DataSet data = data();
    AtomicInteger batches = new AtomicInteger();
    EpochData plain = EpochData.shuffled(data, 4, 3);
    EpochData changed =
        plain.changed(
            batch -> {
              batches.incrementAndGet();
              return new MultiDataSet(batch.getFeatures(0), batch.getLabels(0).mul(2));
            });
    for (int epoch = 0; epoch < 3; epoch++) {
      var expected = plain.epoch(epoch);
      var found = changed.epoch(epoch);
      while (expected.hasNext()) {
        var batch = expected.next();
        var twice = found.next();
        assertThat(twice.getFeatures(0)).isEqualTo(batch.getFeatures(0));
        assertThat(twice.getLabels(0)).isEqualTo(batch.getLabels(0).mul(2));
      }
      assertThat(found.hasNext()).isFalse();
    }
    assertThat(batches).hasValue(2);
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
        .hasMessageContaining("switch distillation off");
  }
}
