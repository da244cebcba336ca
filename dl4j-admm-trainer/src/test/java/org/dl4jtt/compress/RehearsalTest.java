package org.dl4jtt.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dl4jtt.compress.RandomData.random;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.plan.CompressionPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What can fail for a network and its data fails before the first epoch, and says why. */
class RehearsalTest {
  private static final int N = 12;

  @TempDir Path temp;

  private static MultiLayerNetwork net(LossFunction loss, Activation activation, int outputs) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Sgd(0.01))
                .activation(Activation.TANH)
                .list()
                .layer(new DenseLayer.Builder().name("fc").nOut(48).build())
                .layer(
                    new OutputLayer.Builder(loss)
                        .name("out")
                        .nOut(outputs)
                        .activation(activation)
                        .build())
                .setInputType(InputType.feedForward(32))
                .build());
    net.init();
    return net;
  }

  private static Compressor<MultiLayerNetwork> compressor(MultiLayerNetwork net) {
    return Compressor.of(net, CompressionPlan.of(net).weights(0.7).build())
        .admmEpochs(2)
        .fineTuningEpochs(1);
  }

  private static INDArray features() {
    return random(3, N, 32).castTo(DataType.FLOAT);
  }

  private static DataSetIterator data(INDArray labels) {
    return new ExistingDataSetIterator(new ArrayList<>(List.of(new DataSet(features(), labels))));
  }

  /** Counts what is trained: nothing may be. */
  private static final class Epochs implements CompressionListener {
    private final List<Stage> stages = new ArrayList<>();

    @Override
    public void stageStarted(Stage stage, int epochsDone, int epochs) {
      stages.add(stage);
    }
  }

  private void refused(Compressor<MultiLayerNetwork> compressor, INDArray labels, String... parts) {
    Epochs epochs = new Epochs();
    Path folder = temp.resolve("run");
    assertThatThrownBy(
            () -> compressor.listener(epochs).folder(folder).run(data(labels), Model::score))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(parts);
    assertThat(epochs.stages).isEmpty();
    assertThat(folder).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void labelsOfTheWrongWidth_areRefused(boolean distilled) {
    for (int width : new int[] {1, 2, 4}) {
      Compressor<MultiLayerNetwork> compressor =
          compressor(net(LossFunction.MCXENT, Activation.SOFTMAX, 3));
      refused(
          distilled ? compressor.distillation(2, 0.5) : compressor,
          Nd4j.ones(DataType.FLOAT, N, width),
          "the network gives 3 number(s)",
          "wants labels of [12, 3]",
          "are of [12, " + width + "]");
    }
  }

  static Stream<Arguments> lossesAndLabels() {
    return Stream.of(
        Arguments.of(LossFunction.HINGE, Activation.TANH, 0, 1, "labels of -1 and 1, not 0 and 1"),
        Arguments.of(LossFunction.SQUARED_HINGE, Activation.TANH, 0, 1, "labels of -1 and 1"),
        Arguments.of(LossFunction.MCXENT, Activation.SOFTMAX, -1, 1, "no negative labels"),
        Arguments.of(LossFunction.KL_DIVERGENCE, Activation.SOFTMAX, -1, 1, "no negative labels"),
        Arguments.of(LossFunction.POISSON, Activation.SOFTPLUS, -1, 3, "no negative labels"),
        Arguments.of(LossFunction.XENT, Activation.SIGMOID, -1, 1, "labels from 0 to 1"),
        Arguments.of(LossFunction.XENT, Activation.SIGMOID, 0, 255, "labels from 0 to 1"),
        Arguments.of(
            LossFunction.MEAN_SQUARED_LOGARITHMIC_ERROR,
            Activation.SOFTPLUS,
            -1,
            1,
            "labels above -1"),
        Arguments.of(
            LossFunction.MEAN_ABSOLUTE_PERCENTAGE_ERROR,
            Activation.IDENTITY,
            0,
            1,
            "no label of 0"));
  }

  @ParameterizedTest
  @MethodSource("lossesAndLabels")
  void labelsThatALossCannotLearnFrom_areRefused(
      LossFunction loss, Activation activation, int a, int b, String message) {
    INDArray labels = Nd4j.create(DataType.FLOAT, N, 2);
    for (int i = 0; i < N; i++) {
      labels.putScalar(i, i % 2, b);
      labels.putScalar(i, 1 - i % 2, a);
    }
    refused(
        compressor(net(loss, activation, 2)), labels, message, "the network has loss", " to " + b);
  }

  @Test
  void numbersOfClasses_mustBeThoseOfTheNetwork() {
    MultiLayerNetwork net = net(LossFunction.SPARSE_MCXENT, Activation.SOFTMAX, 3);
    INDArray labels = Nd4j.create(DataType.FLOAT, N, 1);
    labels.putScalar(4, 3);
    refused(compressor(net), labels, "the numbers of classes, whole ones from 0 to 2");
    labels.putScalar(4, 0.5);
    refused(compressor(net), labels, "whole ones from 0 to 2");
    refused(compressor(net), Nd4j.zeros(DataType.FLOAT, N, 3), "wants labels of [12, 1]");
  }

  @Test
  void labelsThatFit_areTrainedOn() throws Exception {
    MultiLayerNetwork net = net(LossFunction.HINGE, Activation.TANH, 2);
    INDArray labels = Nd4j.ones(DataType.FLOAT, N, 2);
    labels.putScalar(0, -1);
    assertThat(compressor(net).run(data(labels), Model::score).report().stages()).hasSize(4);
    net = net(LossFunction.SPARSE_MCXENT, Activation.SOFTMAX, 3);
    labels = Nd4j.create(DataType.FLOAT, N, 1);
    labels.putScalar(3, 2);
    assertThat(compressor(net).run(data(labels), Model::score).report().stages()).hasSize(4);
  }

  @Test
  void maskedSteps_areDistilledAtATemperature() throws Exception {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Sgd(0.1))
                .list()
                .layer(new LSTM.Builder().name("lstm").nOut(40).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.recurrent(16))
                .build());
    net.init();
    INDArray labels = Nd4j.zeros(DataType.FLOAT, 2, 3, 5);
    INDArray mask = Nd4j.ones(DataType.FLOAT, 2, 5);
    for (int t = 0; t < 5; t++) {
      labels.putScalar(new int[] {0, t % 3, t}, 1);
      labels.putScalar(new int[] {1, (t + 1) % 3, t}, 1);
    }
    mask.putScalar(1, 3, 0);
    mask.putScalar(1, 4, 0);
    DataSet padded = new DataSet(random(3, 2, 16, 5).castTo(DataType.FLOAT), labels, mask, mask);
    Compression<MultiLayerNetwork> done =
        Compressor.of(net, CompressionPlan.of(net).weights(0.9).build())
            .admmEpochs(1)
            .fineTuningEpochs(2)
            .distillation(3, 0.5)
            .run(new ExistingDataSetIterator(List.of(padded)), m -> m.score(padded));
    assertThat(done.report().stages()).allMatch(s -> Double.isFinite(s.score()));
  }

  @Test
  void emptyData_isAnError_inALaterEpochToo() {
    MultiLayerNetwork net = net(LossFunction.MCXENT, Activation.SOFTMAX, 2);
    DataSetIterator none = new ExistingDataSetIterator(new ArrayList<DataSet>());
    String empty = "has no mini-batch, so nothing can be trained in it";
    assertThatThrownBy(() -> compressor(net).run(none, Model::score))
        .hasMessageContainingAll("epoch 1", empty);
    INDArray labels = Nd4j.ones(DataType.FLOAT, N, 2);
    EpochData second = EpochData.ofDataSets(epoch -> epoch == 1 ? none : data(labels));
    assertThatThrownBy(() -> compressor(net).run(second, Model::score))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("epoch 2", empty);
    EpochData fineTuning = EpochData.ofDataSets(epoch -> epoch == 2 ? none : data(labels));
    assertThatThrownBy(() -> compressor(net).run(fineTuning, Model::score))
        .hasMessageContainingAll("epoch 3", empty);
    TensorPhaseTrainer<MultiLayerNetwork> trainer =
        TensorPhaseTrainer.of(net).plan(n -> CompressionPlan.of(n).weights(0.7).build());
    assertThatThrownBy(() -> trainer.tensorEpochs(2).run(second))
        .hasMessageContainingAll("epoch 2", empty);
    assertThatThrownBy(() -> Scores.accuracy(none).applyAsDouble(net))
        .hasMessage("the test data has no mini-batch, so there is nothing to score");
  }

  @Test
  @SuppressWarnings("NullAway") // that is the test
  void nothing_isNamed() {
    MultiLayerNetwork net = net(LossFunction.MCXENT, Activation.SOFTMAX, 2);
    Compressor<MultiLayerNetwork> compressor = compressor(net);
    assertThatThrownBy(() -> compressor.run((DataSetIterator) null, Model::score))
        .hasMessage("the iterator of the training data is null");
    assertThatThrownBy(() -> compressor.run((EpochData) null, Model::score))
        .hasMessage("the training data is null");
    assertThatThrownBy(() -> compressor.run(epoch -> null, Model::score))
        .hasMessage("the training data gives null for epoch 1");
    assertThatThrownBy(() -> compressor.run(EpochData.ofDataSets(epoch -> null), Model::score))
        .hasMessage("the training data gives null for epoch 1");
    INDArray labels = Nd4j.ones(DataType.FLOAT, N, 2);
    assertThatThrownBy(() -> compressor.run(data(labels), null))
        .hasMessageContaining("the evaluation is null");
    assertThatThrownBy(() -> Scores.accuracy(null)).hasMessageContaining("test data is null");
  }

  @Test
  void foldersThatAreNoCheckpoints_areLeftAlone() throws Exception {
    Path folder = temp.resolve("run");
    SmallRun.killed(SmallRun.compressor(SmallRun.net(1)), folder, 2);
    for (String name : List.of("99999999999", "2147483647", "999999999", "1")) {
      Files.createDirectories(folder.resolve("checkpoints").resolve(name));
    }
    Compression<Model> resumed = Compressor.resume(folder).run(SmallRun.train(), SmallRun.SCORE);
    assertThat(SmallRun.bits(resumed.network()))
        .isEqualTo(
            SmallRun.bits(
                SmallRun.compressor(SmallRun.net(1))
                    .run(SmallRun.train(), SmallRun.SCORE)
                    .network()));
    assertThat(folder.resolve("checkpoints/99999999999")).isDirectory();
  }
}
