package org.dl4jtt.examples.kill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.compress.Compressor;
import org.dl4jtt.compress.EpochData;
import org.dl4jtt.plan.CompressionPlan;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * The process that is killed: a small compression with all that has a state, dropout, batch norm,
 * momentum, a learning rate that falls with the iterations, and data in another order every epoch.
 */
public final class KilledRun {
  private static final int EXAMPLES = 256;
  private static final int INPUTS = 16;
  private static final int BATCH = 8;
  private static final long SEED = 7;

  private KilledRun() {}

  /**
   * Begins the run in a folder, or goes on with it.
   *
   * @param args the folder, the epochs of ADMM, the epochs of fine-tuning
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    DataSet data = data();
    EpochData train = EpochData.shuffled(data, BATCH, SEED);
    if (Files.exists(folder.resolve("settings.json"))) {
      Compressor.resume(folder, MultiLayerNetwork.class).run(train, net -> net.score(data));
    } else {
      MultiLayerNetwork net = network();
      Compressor.of(net, plan(net))
          .admmEpochs(Integer.parseInt(args[1]))
          .fineTuningEpochs(Integer.parseInt(args[2]))
          .seed(SEED)
          .folder(folder)
          .run(train, n -> n.score(data));
    }
  }

  private static CompressionPlan plan(Model net) {
    return CompressionPlan.of(net).weights(0.5).build();
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(SEED)
                .updater(
                    new Nesterovs(
                        new ExponentialSchedule(ScheduleType.ITERATION, 0.05, 0.9995), 0.9))
                .activation(Activation.TANH)
                .list()
                .layer(new DenseLayer.Builder().name("fc1").nOut(64).dropOut(0.9).build())
                .layer(new BatchNormalization.Builder().name("norm").build())
                .layer(new DenseLayer.Builder().name("fc2").nOut(64).dropOut(0.8).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .name("out")
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.feedForward(INPUTS))
                .build());
    net.init();
    return net;
  }

  private static DataSet data() {
    Random random = new Random(SEED);
    INDArray x = Nd4j.create(DataType.FLOAT, EXAMPLES, INPUTS);
    INDArray y = Nd4j.create(DataType.FLOAT, EXAMPLES, 2);
    for (int i = 0; i < EXAMPLES; i++) {
      for (int j = 0; j < INPUTS; j++) {
        x.putScalar(i, j, random.nextGaussian());
      }
      y.putScalar(i, x.getDouble(i, 0) * x.getDouble(i, 1) > 0 ? 1 : 0, 1);
    }
    return new DataSet(x, y);
  }
}
