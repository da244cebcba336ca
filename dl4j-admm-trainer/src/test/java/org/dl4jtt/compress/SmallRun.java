package org.dl4jtt.compress;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dl4jtt.compress.RandomData.random;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.admm.RhoSchedule;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** A small compression, what it leaves in its folder, and a kill at any point of it. */
final class SmallRun {
  static final int ADMM = 4;
  static final int FINE = 3;

  private static final TensorForm FORM =
      TensorForm.of(
          Tensorization.matrix(Scheme.SEPARATED, List.of(3, 4), List.of(4, 2)),
          List.of(1, 2, 3, 2, 1));

  static final ToDoubleFunction<Model> SCORE =
      model ->
          model instanceof ComputationGraph
              ? model.params().norm2Number().doubleValue()
              : ((MultiLayerNetwork) model).score(data());

  private SmallRun() {}

  /** Dropout, batch norm, momentum, and a learning rate that falls with every iteration. */
  static MultiLayerNetwork net(int seed) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .dataType(DataType.FLOAT)
                .updater(
                    new Nesterovs(new ExponentialSchedule(ScheduleType.ITERATION, 0.05, 0.99), 0.9))
                .activation(Activation.TANH)
                .list()
                .layer(new DenseLayer.Builder().name("fc").nOut(12).dropOut(0.8).build())
                .layer(new BatchNormalization.Builder().name("norm").build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .name("out")
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.feedForward(8))
                .build());
    net.init();
    return net;
  }

  static DataSet data() {
    INDArray x = random(3, 48, 8).castTo(DataType.FLOAT);
    INDArray y = Nd4j.create(DataType.FLOAT, 48, 2);
    for (int i = 0; i < 48; i++) {
      y.putScalar(i, x.getDouble(i, 0) * x.getDouble(i, 1) > 0 ? 1 : 0, 1);
    }
    return new DataSet(x, y);
  }

  static EpochData train() {
    return EpochData.shuffled(data(), 12, 5);
  }

  static CompressionPlan plan(Model net) {
    return CompressionPlan.of(net).layer("fc", FORM).build();
  }

  static Compressor<MultiLayerNetwork> compressor(MultiLayerNetwork net) {
    return Compressor.of(net, plan(net))
        .settings(
            AdmmSettings.defaults().withRho(RhoSchedule.geometric(0.1, 2, 10)).withTolerance(0))
        .admmEpochs(ADMM)
        .fineTuningEpochs(FINE)
        .seed(11);
  }

  /** Stops a run at a point, as a kill would: no line of the run comes after it. */
  static final class Kill extends RuntimeException {}

  static CompressionListener killAfter(Stage stage, int epoch) {
    return new CompressionListener() {
      @Override
      public void epochEnded(Stage ended, int number, int epochs) {
        if (ended == stage && number == epoch) {
          throw new Kill();
        }
      }

      @Override
      public void stageStarted(Stage started, int epochsDone, int epochs) {
        if (started == stage && epochsDone == epoch) {
          throw new Kill();
        }
      }
    };
  }

  /** The folder, after a run in it was killed at the end of this constrained epoch; 0: before. */
  static Path killed(Compressor<MultiLayerNetwork> compressor, Path folder, int epoch) {
    CompressionListener killer = killAfter(Stage.PROJECTED, epoch);
    assertThatThrownBy(() -> compressor.folder(folder).listener(killer).run(train(), SCORE))
        .isInstanceOf(Kill.class);
    return folder;
  }

  static byte[] bits(Model model) {
    return model.params().data().asBytes();
  }

  static List<String> historyCsv(Path folder) throws IOException {
    return Files.readAllLines(folder.resolve("history.csv"));
  }

  /** Newest first. */
  static List<Path> checkpoints(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve("checkpoints"))) {
      return all.sorted((a, b) -> b.compareTo(a)).toList();
    }
  }
}
