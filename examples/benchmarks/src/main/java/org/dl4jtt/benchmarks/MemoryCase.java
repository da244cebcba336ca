package org.dl4jtt.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.layers.TTDense;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * A training whose memory is measured.
 *
 * @param name of the shape
 * @param contenders who trains; the first is the base
 * @param step makes the network of a contender and its data, and returns one step of training
 */
record MemoryCase(String name, List<String> contenders, Function<String, Runnable> step) {
  private static final int BATCH = 100;

  /** All of them: the shapes of the benchmarks, and paper A's wide and shallow network. */
  static List<MemoryCase> all() {
    List<MemoryCase> cases = new ArrayList<>();
    for (DenseBenchmark.Shape shape : DenseBenchmark.Shape.values()) {
      cases.add(
          new MemoryCase(
              shape.name(),
              List.of("STOCK", "TRAIN", "RING"),
              contender -> dense(shape, contender)));
    }
    for (ConvolutionBenchmark.Stage stage : ConvolutionBenchmark.Stage.values()) {
      cases.add(
          new MemoryCase(
              stage.name(),
              List.of("HELPERS", "TRAIN"),
              contender -> convolution(stage, contender)));
    }
    cases.add(new MemoryCase("LSTM_57600_256", List.of("STOCK", "TRAIN"), MemoryCase::lstm));
    cases.add(
        new MemoryCase("WIDE_3072_262144_4096", List.of("TRAIN"), contender -> wideAndShallow()));
    return cases;
  }

  private static Runnable dense(DenseBenchmark.Shape shape, String contender) {
    DenseBenchmark benchmark = new DenseBenchmark();
    benchmark.shape = shape;
    benchmark.batch = BATCH;
    benchmark.contender = DenseBenchmark.Contender.valueOf(contender);
    benchmark.setUp();
    return benchmark::fit;
  }

  private static Runnable convolution(ConvolutionBenchmark.Stage stage, String contender) {
    ConvolutionBenchmark benchmark = new ConvolutionBenchmark();
    benchmark.stage = stage;
    benchmark.contender = ConvolutionBenchmark.Contender.valueOf(contender);
    benchmark.setUp();
    return benchmark::fit;
  }

  private static Runnable lstm(String contender) {
    LstmBenchmark benchmark = new LstmBenchmark();
    benchmark.contender = LstmBenchmark.Contender.valueOf(contender);
    benchmark.setUp();
    return benchmark::fit;
  }

  /** Novikov et al. 2015, §6.2.1: as dense layers its weights alone take 7.5 GB. */
  private static Runnable wideAndShallow() {
    int batch = 32;
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.FLOAT)
                .updater(new Sgd(1e-6))
                .list()
                .layer(
                    new TTDense.Builder()
                        .nIn(3072)
                        .nOut(262_144)
                        .inputModes(4, 4, 4, 4, 4, 3)
                        .outputModes(8, 8, 8, 8, 8, 8)
                        .ranks(8)
                        .activation(Activation.RELU)
                        .build())
                .layer(
                    new TTDense.Builder()
                        .nIn(262_144)
                        .nOut(4096)
                        .inputModes(8, 8, 8, 8, 8, 8)
                        .outputModes(4, 4, 4, 4, 4, 4)
                        .ranks(8)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(
                    new LossLayer.Builder(LossFunction.MSE).activation(Activation.IDENTITY).build())
                .setInputType(InputType.feedForward(3072))
                .build());
    net.init();
    DataSet data = BenchmarkNetworks.data(net, batch, 3072);
    return () -> net.fit(data);
  }
}
