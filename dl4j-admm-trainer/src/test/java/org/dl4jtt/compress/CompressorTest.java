package org.dl4jtt.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.dl4jtt.compress.RandomData.random;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.NetworkTime;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class CompressorTest {
  private static final TensorForm FORM =
      TensorForm.of(
          Tensorization.matrix(Scheme.SEPARATED, List.of(12), List.of(8)), List.of(1, 3, 1));

  private static final TensorForm CONV_FC =
      TensorForm.of(
          Tensorization.matrix(Scheme.SEPARATED, List.of(12), List.of(64)), List.of(1, 3, 1));

  private static NeuralNetConfiguration.Builder conf() {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .dataType(DataType.DOUBLE)
        .updater(new Nesterovs(0.02, 0.9))
        .activation(Activation.TANH);
  }

  private static DenseLayer hidden() {
    return new DenseLayer.Builder().name("fc").nOut(12).build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MSE)
        .name("out")
        .nOut(2)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static DataSet data() {
    INDArray x = random(3, 96, 8);
    INDArray y = Nd4j.create(DataType.DOUBLE, 96, 2);
    for (int i = 0; i < 96; i++) {
      y.putScalar(i, 0, Math.tanh(x.getDouble(i, 0) + x.getDouble(i, 1)));
      y.putScalar(i, 1, Math.tanh(x.getDouble(i, 2) - x.getDouble(i, 0)));
    }
    return new DataSet(x, y);
  }

  private static MultiLayerNetwork net() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            conf()
                .list()
                .layer(hidden())
                .layer(output())
                .setInputType(InputType.feedForward(8))
                .build());
    net.init();
    return net;
  }

  @Test
  void timePerExample_isInTheReport_ifAskedFor(@TempDir Path temp) throws IOException {
    MultiLayerNetwork net = net();
    CompressionPlan plan = CompressionPlan.of(net).layer("fc", FORM).build();
    ListDataSetIterator<DataSet> train = new ListDataSetIterator<>(data().asList(), 8);
    Compressor<MultiLayerNetwork> compressor =
        Compressor.of(net, plan).admmEpochs(1).fineTuningEpochs(0);
    assertThat(compressor.run(train, n -> 0).report().time()).isNull();

    Path folder = temp.resolve("run");
    CompressionReport report =
        compressor.measureTime(true).folder(folder).run(train, n -> 0).report();

    TimePerExample time = Objects.requireNonNull(report.time());
    assertThat(time.dense().batch()).isEqualTo(8);
    assertThat(time.dense().measured()).isPositive();
    assertThat(time.small().measured()).isPositive();
    assertThat(time.dense().predicted())
        .isEqualTo(
            NetworkTime.of(net, data().getFeatures().getRows(0, 1, 2, 3, 4, 5, 6, 7)).predicted());
    assertThat(time.predictedSpeedup())
        .isEqualTo(time.dense().predicted() / time.small().predicted());
    assertThat(report.toString())
        .contains("µs per example at batch 8   predicted   measured")
        .contains("times faster");
    String json = Files.readString(folder.resolve("report.json"));
    assertThat(json).contains("secondsPerExample").contains("measured");
    assertThat(Files.readString(folder.resolve("settings.json")))
        .contains("\"measureTime\" : true");
  }

  @Test
  void timePerExample_isInTheReport_ofAPlanWithATargetInTime() throws IOException {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            conf()
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).name("conv").nOut(16).build())
                .layer(new DenseLayer.Builder().name("fc").nOut(512).build())
                .layer(output())
                .setInputType(InputType.convolutional(8, 8, 2))
                .build());
    net.init();
    CompressionPlan plan =
        CompressionPlan.of(net)
            .inputTypes(InputType.convolutional(8, 8, 2))
            .time(0.7)
            .atBatch(8)
            .build();
    DataSet images = new DataSet(random(3, 16, 2, 8, 8), random(4, 16, 2));
    CompressionReport report =
        Compressor.of(net, plan)
            .admmEpochs(1)
            .fineTuningEpochs(0)
            .run(new ListDataSetIterator<>(images.asList(), 8), n -> 0)
            .report();
    TimePerExample time = Objects.requireNonNull(report.time());
    assertThat(time.small().predicted()).isLessThanOrEqualTo(0.7 * time.dense().predicted());
  }

  @Test
  void network_isCompressed_andStaysAsItWas() throws IOException {
    MultiLayerNetwork net = net();
    DataSet data = data();
    ListDataSetIterator<DataSet> train = new ListDataSetIterator<>(data.asList(), 8);
    net.fit(train, 20);
    INDArray before = net.params().dup();
    CompressionPlan plan = CompressionPlan.of(net).layer("fc", FORM).build();
    List<Stage> told = new ArrayList<>();

    Compression<MultiLayerNetwork> result =
        Compressor.of(net, plan)
            .admmEpochs(3)
            .fineTuningEpochs(5)
            .settings(AdmmSettings.defaults().withEpochs(25).withTolerance(0)) // the later decides
            .listener(
                new CompressionListener() {
                  @Override
                  public void stageEnded(StageResult ended) {
                    told.add(ended.stage());
                  }
                })
            .run(train, n -> n.score(data));

    assertThat(net.params()).isEqualTo(before);
    assertThat(net.getListeners()).isEmpty();
    assertThat(told).containsExactly(Stage.values());
    CompressionReport report = result.report();
    assertThat(report.history()).hasSize(25);
    assertThat(report.stage(Stage.DENSE).weights()).isEqualTo(net.numParams());
    assertThat(report.stage(Stage.FINE_TUNED).weights())
        .isEqualTo(plan.networkWeightsAfter())
        .isEqualTo(result.network().numParams());
    double dense = report.stage(Stage.DENSE).score();
    assertThat(dense).isCloseTo(net.score(data), within(1e-12));
    // Planned rank 3 suffices for targets of rank 2 in the inputs.
    assertThat(report.stage(Stage.DECOMPOSED).score()).isLessThan(2 * dense + 0.01);
    assertThat(report.stage(Stage.FINE_TUNED).score()).isLessThan(2 * dense + 0.01);
    assertThat(report.toString()).contains("fine_tuned");
  }

  @Test
  void withoutConstrainedEpochs_theNetworkIsConvertedByItsDataAndFineTuned() throws IOException {
    MultiLayerNetwork net = SmallRun.net(1);
    INDArray x = SmallRun.data().getFeatures();
    INDArray expected = net.output(x).dup();
    List<Stage> told = new ArrayList<>();
    Compression<MultiLayerNetwork> result =
        Compressor.of(net, SmallRun.plan(net))
            .admmEpochs(0)
            .fineTuningEpochs(1)
            .listener(
                new CompressionListener() {
                  @Override
                  public void stageEnded(StageResult ended) {
                    told.add(ended.stage());
                  }
                })
            .run(SmallRun.train(), n -> n.output(x).distance2(expected));
    assertThat(told).containsExactly(Stage.DENSE, Stage.DECOMPOSED, Stage.FINE_TUNED);
    assertThat(result.report().history()).isEmpty();

    // The data says more of a weight than the weight: converted alone, in the same form.
    double plain =
        Compressor.of(net, SmallRun.plan(net))
            .admmEpochs(0)
            .fineTuningEpochs(0)
            .calibrationExamples(0)
            .run(SmallRun.train(), n -> n.output(x).distance2(expected))
            .report()
            .stage(Stage.DECOMPOSED)
            .score();
    double calibrated = result.report().stage(Stage.DECOMPOSED).score();
    assertThat(calibrated).isLessThan(plain);
  }

  @Test
  void graph_isCompressed() throws IOException {
    ComputationGraph graph =
        new ComputationGraph(
            conf()
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.feedForward(8))
                .addLayer("fc", hidden(), "in")
                .addLayer("out", output(), "fc")
                .setOutputs("out")
                .build());
    graph.init();
    DataSet data = data();
    CompressionPlan plan = CompressionPlan.of(graph).layer("fc", FORM).build();
    Compression<ComputationGraph> result =
        Compressor.of(graph, plan)
            .admmEpochs(3)
            .fineTuningEpochs(1)
            .run(new ListDataSetIterator<>(data.asList(), 8), n -> n.score(data));
    assertThat(result.network().numParams()).isEqualTo(plan.networkWeightsAfter());
    assertThat(result.report().history()).hasSize(3);
  }

  @Test
  void epochs_outOfRange_areNamed() {
    MultiLayerNetwork net = net();
    Compressor<MultiLayerNetwork> compressor =
        Compressor.of(net, CompressionPlan.of(net).layer("fc", FORM).build());
    assertThatThrownBy(() -> compressor.admmEpochs(-1)).hasMessageContaining("admmEpochs is -1");
    assertThatThrownBy(() -> compressor.fineTuningEpochs(-1))
        .hasMessageContaining("fineTuningEpochs is -1");
  }

  @Test
  void trainedNetworks_haveNativeHelpers() throws IOException {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Nesterovs(0.01, 0.9))
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).name("conv").nOut(4).build())
                .layer(new DenseLayer.Builder().name("fc").nOut(12).build())
                .layer(output())
                .setInputType(InputType.convolutional(6, 6, 1))
                .build());
    net.init();
    INDArray x = random(1, 8, 1, 6, 6).castTo(DataType.FLOAT);
    DataSet data = new DataSet(x, Nd4j.zeros(8, 2));
    List<Boolean> helped = new ArrayList<>();
    Compressor.of(net, CompressionPlan.of(net).layer("fc", CONV_FC).build())
        .admmEpochs(1)
        .fineTuningEpochs(1)
        .trainingListeners(
            new BaseTrainingListener() {
              @Override
              public void onEpochEnd(Model model) {
                helped.add(((MultiLayerNetwork) model).getLayer(0).getHelper() != null);
              }
            })
        .run(new ListDataSetIterator<>(data.asList(), 4), n -> n.score(data));
    assertThat(helped).containsExactly(true, true);
    assertThat(net.getLayer(0).getHelper()).isNull();
  }
}
