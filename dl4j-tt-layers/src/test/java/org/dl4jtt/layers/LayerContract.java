package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.deeplearning4j.parallelism.ParallelInference;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.deeplearning4j.parallelism.inference.InferenceMode;
import org.deeplearning4j.ui.model.stats.StatsListener;
import org.deeplearning4j.ui.model.stats.api.Histogram;
import org.deeplearning4j.ui.model.stats.api.StatsReport;
import org.deeplearning4j.ui.model.stats.api.StatsType;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * What every layer of ours does in a Deeplearning4j network, whatever it computes. To run it on a
 * layer, extend this class in a test of the layer and say what the layer is:
 *
 * <pre>{@code
 * class TTDenseContractTest extends LayerContract {
 *   protected BaseLayer.Builder<?> layer() {               // new each time; smooth activation
 *     return new TTDense.Builder().nOut(6).ranks(2).autoModes(2).activation(Activation.TANH);
 *   }
 *   protected InputType inputType() {                      // feedForward, convolutional or recurrent(n, 4)
 *     return InputType.feedForward(8);
 *   }
 * }
 * }</pre>
 *
 * <p>The layer stands between a stock layer of the same kind, by whose parameters the gradient of
 * its input is checked, and a stock output layer. Keep it tiny: every parameter is checked against
 * differences. A layer whose activations are no time series on recurrent input overrides {@link
 * #isSequence()}; one that takes indices overrides {@link #isFirst()} and {@link #features}.
 */
public abstract class LayerContract {
  private static final int CLASSES = 3;
  private static final int STEPS = 4;

  /** A new builder of the layer under test: tiny, with a smooth activation. */
  protected abstract BaseLayer.Builder<?> layer();

  /** What comes into the network. */
  protected abstract InputType inputType();

  /** The stock layer in front; it keeps the shape of the input. */
  protected Layer before() {
    InputType type = inputType();
    if (type instanceof InputType.InputTypeConvolutional image) {
      return new ConvolutionLayer.Builder(1, 1)
          .nOut(image.getChannels())
          .dataFormat(image.getFormat())
          .activation(Activation.TANH)
          .build();
    }
    if (type instanceof InputType.InputTypeRecurrent series) {
      return new SimpleRnn.Builder()
          .nOut(series.getSize())
          .dataFormat(series.getFormat())
          .activation(Activation.TANH)
          .build();
    }
    return new DenseLayer.Builder()
        .nOut(type.arrayElementsPerExample())
        .activation(Activation.TANH)
        .build();
  }

  /** True if no layer can stand in front, as it would get no gradient: indices come in. */
  protected boolean isFirst() {
    return false;
  }

  private int index() {
    return isFirst() ? 0 : 1;
  }

  /** True if the layer's activations are a time series. */
  protected boolean isSequence() {
    return inputType().getType() == InputType.Type.RNN;
  }

  /** Inputs for a batch. */
  protected INDArray features(int batch, DataType type) {
    return Nd4j.rand(DataType.DOUBLE, shape(batch)).subi(0.5).muli(2).castTo(type);
  }

  private long[] shape(int batch) {
    InputType type = inputType();
    if (type instanceof InputType.InputTypeConvolutional image) {
      return image.getFormat() == CNN2DFormat.NCHW
          ? new long[] {batch, image.getChannels(), image.getHeight(), image.getWidth()}
          : new long[] {batch, image.getHeight(), image.getWidth(), image.getChannels()};
    }
    if (type instanceof InputType.InputTypeRecurrent series) {
      return series.getFormat() == RNNFormat.NCW
          ? new long[] {batch, series.getSize(), STEPS}
          : new long[] {batch, STEPS, series.getSize()};
    }
    return new long[] {batch, type.arrayElementsPerExample()};
  }

  private RNNFormat format() {
    return inputType() instanceof InputType.InputTypeRecurrent series
        ? series.getFormat()
        : RNNFormat.NCW;
  }

  private DataSet data(int batch, DataType type) {
    Nd4j.getRandom().setSeed(1234 + batch);
    INDArray features = features(batch, type);
    if (!isSequence()) {
      INDArray labels = Nd4j.zeros(type, batch, CLASSES);
      for (int i = 0; i < batch; i++) {
        labels.putScalar(i, i % CLASSES, 1);
      }
      return new DataSet(features, labels);
    }
    boolean ncw = format() == RNNFormat.NCW;
    INDArray labels =
        ncw ? Nd4j.zeros(type, batch, CLASSES, STEPS) : Nd4j.zeros(type, batch, STEPS, CLASSES);
    for (int i = 0; i < batch; i++) {
      for (int t = 0; t < STEPS; t++) {
        int label = (i + t) % CLASSES;
        labels.putScalar(ncw ? new int[] {i, label, t} : new int[] {i, t, label}, 1);
      }
    }
    return new DataSet(features, labels);
  }

  private DataSetIterator batches(int count, DataType type) {
    List<DataSet> list = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      list.add(data(6, type));
    }
    return new ListDataSetIterator<>(list.stream().flatMap(d -> d.asList().stream()).toList(), 6);
  }

  private Layer output() {
    return isSequence()
        ? new RnnOutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
            .dataFormat(format())
            .nOut(CLASSES)
            .activation(Activation.SOFTMAX)
            .build()
        : new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
            .nOut(CLASSES)
            .activation(Activation.SOFTMAX)
            .build();
  }

  private static NeuralNetConfiguration.Builder global(
      IUpdater updater, DataType type, WorkspaceMode mode) {
    return new NeuralNetConfiguration.Builder()
        .seed(42)
        .dataType(type)
        .weightInit(WeightInit.XAVIER)
        .updater(updater)
        .trainingWorkspaceMode(mode)
        .inferenceWorkspaceMode(mode);
  }

  private MultiLayerConfiguration configuration(
      Layer layer, IUpdater updater, DataType type, WorkspaceMode mode) {
    NeuralNetConfiguration.ListBuilder list = global(updater, type, mode).list();
    if (!isFirst()) {
      list.layer(before());
    }
    return list.layer(layer).layer(output()).setInputType(inputType()).build();
  }

  private MultiLayerNetwork network(
      Layer layer, IUpdater updater, DataType type, WorkspaceMode mode) {
    MultiLayerNetwork net = new MultiLayerNetwork(configuration(layer, updater, type, mode));
    net.init();
    return net;
  }

  private MultiLayerNetwork network(Layer layer, IUpdater updater) {
    return network(layer, updater, DataType.DOUBLE, WorkspaceMode.ENABLED);
  }

  private MultiLayerNetwork network(IUpdater updater) {
    return network(built(layer()), updater);
  }

  private ComputationGraph graph(Layer layer, IUpdater updater, DataType type) {
    ComputationGraphConfiguration.GraphBuilder builder =
        global(updater, type, WorkspaceMode.ENABLED).graphBuilder().addInputs("in");
    if (!isFirst()) {
      builder.addLayer("before", before(), "in");
    }
    ComputationGraphConfiguration conf =
        builder
            .addLayer(
                "my_layer", layer, isFirst() ? "in" : "before") // split at the last underscore
            .addLayer("out", output(), "my_layer")
            .setOutputs("out")
            .setInputTypes(inputType())
            .build();
    ComputationGraph graph = new ComputationGraph(conf);
    graph.init();
    return graph;
  }

  private static Layer built(BaseLayer.Builder<?> builder) {
    return builder.build();
  }

  private static double distance(INDArray a, INDArray b) {
    INDArray x = a.castTo(DataType.DOUBLE);
    INDArray y = b.castTo(DataType.DOUBLE);
    return x.sub(y).norm2Number().doubleValue() / Math.max(1e-12, y.norm2Number().doubleValue());
  }

  private void assertGradients(MultiLayerNetwork net, DataSet data) {
    assertInDouble(
        () ->
            GradientCheckUtil.checkGradients(
                new GradientCheckUtil.MLNConfig()
                    .net(net)
                    .epsilon(1e-5) // at 1e-6 the score's rounding alone is 1e-9 of a gradient
                    .maxRelError(1e-5)
                    .minAbsoluteError(1e-9)
                    .input(data.getFeatures())
                    .labels(data.getLabels())
                    .inputMask(data.getFeaturesMaskArray())
                    .labelMask(data.getLabelsMaskArray())));
  }

  /** DL4J's gradient check insists on double as ND4J's default type. */
  private static void assertInDouble(BooleanSupplier check) {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
    try {
      assertThat(check.getAsBoolean()).isTrue();
    } finally {
      Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
    }
  }

  @Test
  void gradients_ofThreeExamples_areDifferences() {
    assertGradients(network(new NoOp()), data(3, DataType.DOUBLE));
  }

  @Test
  void gradients_ofOneExample_withoutWorkspaces_areDifferences() {
    assertGradients(
        network(built(layer()), new NoOp(), DataType.DOUBLE, WorkspaceMode.NONE),
        data(1, DataType.DOUBLE));
  }

  @Test
  void gradients_withRegularization_areDifferences() {
    Layer regular = built(layer().l1(0.01).l2(0.02).l1Bias(0.01).l2Bias(0.03).biasInit(0.1));
    assertGradients(network(regular, new NoOp()), data(2, DataType.DOUBLE));
  }

  @Test
  void gradients_withMasks_areDifferences() {
    if (inputType().getType() != InputType.Type.RNN || !isSequence()) {
      return; // only time series have masks
    }
    DataSet data = data(3, DataType.DOUBLE);
    INDArray mask = Nd4j.ones(DataType.DOUBLE, 3, STEPS);
    mask.putScalar(1, 3, 0);
    mask.putScalar(2, 2, 0);
    mask.putScalar(2, 3, 0);
    data.setFeaturesMaskArray(mask);
    data.setLabelsMaskArray(mask.dup());
    assertGradients(network(new NoOp()), data);
  }

  @Test
  void graph_gradients_areDifferences() {
    DataSet data = data(2, DataType.DOUBLE);
    ComputationGraph graph = graph(built(layer()), new NoOp(), DataType.DOUBLE);
    assertInDouble(
        () ->
            GradientCheckUtil.checkGradients(
                new GradientCheckUtil.GraphConfig()
                    .net(graph)
                    .epsilon(1e-5) // at 1e-6 the score's rounding alone is 1e-9 of a gradient
                    .maxRelError(1e-5)
                    .minAbsoluteError(1e-9)
                    .inputs(new INDArray[] {data.getFeatures()})
                    .labels(new INDArray[] {data.getLabels()})));
  }

  @Test
  void float_equalsDouble() {
    MultiLayerNetwork exact = network(new Sgd(0.1));
    MultiLayerNetwork single =
        network(built(layer()), new Sgd(0.1), DataType.FLOAT, WorkspaceMode.ENABLED);
    single.setParams(exact.params().castTo(DataType.FLOAT));
    for (MultiLayerNetwork net : List.of(exact, single)) {
      DataSet data = data(4, DataType.DOUBLE);
      net.setInput(data.getFeatures().castTo(net.params().dataType()));
      net.setLabels(data.getLabels().castTo(net.params().dataType()));
      net.computeGradientAndScore();
    }
    assertThat(
            distance(
                single.output(data(4, DataType.FLOAT).getFeatures()),
                exact.output(data(4, DataType.DOUBLE).getFeatures())))
        .isLessThan(1e-4);
    exact
        .gradient()
        .gradientForVariable()
        .forEach(
            (name, gradient) ->
                assertThat(distance(single.gradient().getGradientFor(name), gradient))
                    .as(name)
                    .isLessThan(1e-4));
  }

  @Test
  void workspaces_changeNothing() {
    DataSet data = data(3, DataType.DOUBLE);
    MultiLayerNetwork with = network(new Adam(0.01));
    MultiLayerNetwork without =
        network(built(layer()), new Adam(0.01), DataType.DOUBLE, WorkspaceMode.NONE);
    for (int i = 0; i < 3; i++) {
      with.fit(data);
      without.fit(data);
    }
    assertThat(without.params()).isEqualTo(with.params());
    assertThat(without.output(data.getFeatures())).isEqualTo(with.output(data.getFeatures()));
  }

  @Test
  void configuration_survivesJsonAndYaml() {
    MultiLayerConfiguration conf =
        configuration(built(layer()), new Adam(0.01), DataType.FLOAT, WorkspaceMode.ENABLED);
    assertThat(MultiLayerConfiguration.fromJson(conf.toJson())).isEqualTo(conf);
    assertThat(MultiLayerConfiguration.fromYaml(conf.toYaml())).isEqualTo(conf);
    assertThat(conf.clone()).isEqualTo(conf);
    assertThat(conf.getConf(index()).getLayer())
        .hasSameHashCodeAs(conf.clone().getConf(index()).getLayer());
    ComputationGraphConfiguration graph =
        graph(built(layer()), new Adam(0.01), DataType.FLOAT).getConfiguration();
    assertThat(ComputationGraphConfiguration.fromJson(graph.toJson())).isEqualTo(graph);
    assertThat(ComputationGraphConfiguration.fromYaml(graph.toYaml())).isEqualTo(graph);
  }

  @Test
  void zip_restoresAll_andTrainingGoesOnAsIfNothingHadHappened(@TempDir Path directory)
      throws Exception {
    DataSet data = data(5, DataType.DOUBLE);
    MultiLayerNetwork net = network(new Adam(0.01));
    net.fit(data);
    File zip = directory.resolve("net.zip").toFile();
    net.save(zip, true);
    MultiLayerNetwork restored = MultiLayerNetwork.load(zip, true);
    assertThat(restored.params()).isEqualTo(net.params());
    assertThat(restored.getUpdater().getStateViewArray())
        .isEqualTo(net.getUpdater().getStateViewArray());
    assertThat(restored.output(data.getFeatures())).isEqualTo(net.output(data.getFeatures()));
    for (int i = 0; i < 3; i++) {
      net.fit(data);
      restored.fit(data);
    }
    assertThat(restored.params()).isEqualTo(net.params());
  }

  @Test
  void graphZip_restoresAll(@TempDir Path directory) throws Exception {
    DataSet data = data(5, DataType.DOUBLE);
    ComputationGraph net = graph(built(layer()), new Adam(0.01), DataType.DOUBLE);
    net.fit(data);
    File zip = directory.resolve("graph.zip").toFile();
    net.save(zip, true);
    ComputationGraph restored = ComputationGraph.load(zip, true);
    net.fit(data);
    restored.fit(data);
    assertThat(restored.params()).isEqualTo(net.params());
  }

  @Test
  void clone_isEqualAndIndependent() {
    DataSet data = data(3, DataType.DOUBLE);
    MultiLayerNetwork net = network(new Adam(0.01));
    INDArray before = net.params().dup();
    MultiLayerNetwork clone = net.clone();
    assertThat(clone.output(data.getFeatures())).isEqualTo(net.output(data.getFeatures()));
    clone.fit(data);
    assertThat(net.params()).isEqualTo(before);
    assertThat(clone.params()).isNotEqualTo(before);
    clone.setParams(before);
    assertThat(clone.paramTable()).isEqualTo(net.paramTable());
  }

  @Test
  void setParams_ofTheLayer_keepsEveryEntryInItsPlace() {
    MultiLayerNetwork net = network(new Sgd(0.1));
    INDArray flat = net.getLayer(index()).params().dup();
    net.getLayer(index()).setParams(flat.mul(2));
    assertThat(distance(net.getLayer(index()).params(), flat.mul(2))).isZero();
  }

  @Test
  void optimizers_lowerTheScore() {
    DataSet data = data(6, DataType.DOUBLE);
    for (IUpdater updater : List.of(new Sgd(0.05), new Adam(0.01), new Nesterovs(0.02, 0.9))) {
      MultiLayerNetwork net = network(updater);
      double before = net.score(data);
      for (int i = 0; i < 20; i++) {
        net.fit(data);
      }
      assertThat(net.score(data)).as(updater.toString()).isLessThan(before);
    }
  }

  @Test
  void dropoutAndWeightNoise_actInTrainingOnly() {
    DataSet data = data(6, DataType.DOUBLE);
    List<Layer> all = new ArrayList<>(List.of(built(layer().weightNoise(new DropConnect(0.5)))));
    if (!isFirst()) { // an index is not dropped: DL4J's embeddings have no dropout either
      all.add(built(layer().dropOut(0.5)));
    }
    for (Layer noisy : all) {
      MultiLayerNetwork net = network(noisy, new Sgd(0.05));
      MultiLayerNetwork plain = network(new Sgd(0.05));
      assertThat(net.output(data.getFeatures())).isEqualTo(plain.output(data.getFeatures()));
      for (int i = 0; i < 3; i++) {
        net.fit(data);
        plain.fit(data);
      }
      assertThat(distance(net.params(), plain.params())).isGreaterThan(1e-6);
      assertThat(net.params().isNaN().any()).isFalse();
    }
  }

  @Test
  void constraints_holdAfterEveryStep() {
    Layer constrained = built(layer().constrainWeights(new NonNegativeConstraint()));
    MultiLayerNetwork net = network(constrained, new Sgd(0.1));
    net.fit(data(6, DataType.DOUBLE));
    Layer conf = net.getLayer(index()).conf().getLayer();
    List<String> weights = conf.initializer().weightKeys(conf);
    assertThat(weights).isNotEmpty();
    for (String name : weights) {
      assertThat(net.getLayer(index()).getParam(name).minNumber().doubleValue())
          .as(name)
          .isNotNegative();
    }
  }

  @Test
  void clipping_boundsTheStep() {
    Layer clipped =
        built(
            layer()
                .gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
                .gradientNormalizationThreshold(1e-4));
    MultiLayerNetwork net = network(clipped, new Sgd(1));
    INDArray before = net.getLayer(index()).params().dup();
    net.fit(data(6, DataType.DOUBLE));
    double step = net.getLayer(index()).params().sub(before).amaxNumber().doubleValue();
    assertThat(step).isPositive().isLessThanOrEqualTo(1e-4 * (1 + 1e-9));
  }

  @Test
  void frozen_staysAsItIs() {
    DataSet data = data(6, DataType.DOUBLE);
    MultiLayerNetwork net =
        new TransferLearning.Builder(network(new Sgd(0.1)))
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Sgd(0.1)).build())
            .setFeatureExtractor(index())
            .build();
    INDArray before = net.getLayer(index()).params().dup();
    double score = net.score(data);
    net.fit(data);
    assertThat(net.getLayer(index()).params()).isEqualTo(before);
    assertThat(net.score(data)).isLessThan(score);
  }

  @Test
  void frozenWithBackprop_passesTheGradientOn() {
    DataSet data = data(6, DataType.DOUBLE);
    MultiLayerNetwork net = network(new FrozenLayerWithBackprop(built(layer())), new Sgd(0.1));
    INDArray before = net.params().dup();
    INDArray frozen = net.getLayer(index()).params().dup();
    INDArray front = net.getLayer(0).params().dup();
    net.fit(data);
    assertThat(net.getLayer(index()).params()).isEqualTo(frozen);
    assertThat(net.params()).isNotEqualTo(before);
    if (!isFirst()) {
      assertThat(distance(net.getLayer(0).params(), front)).isPositive();
    }
  }

  @Test
  void transferLearning_keepsTheCores() {
    MultiLayerNetwork net = network(new Sgd(0.1));
    MultiLayerNetwork other =
        new TransferLearning.Builder(net)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Adam(0.1)).build())
            .removeOutputLayer()
            .addLayer(
                isSequence()
                    ? new RnnOutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .dataFormat(format())
                        .nIn(outputNIn(net))
                        .nOut(2)
                        .activation(Activation.TANH)
                        .build()
                    : new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .nIn(outputNIn(net))
                        .nOut(2)
                        .activation(Activation.TANH)
                        .build())
            .build();
    assertThat(other.getLayer(index()).paramTable()).isEqualTo(net.getLayer(index()).paramTable());
  }

  private static long outputNIn(MultiLayerNetwork net) {
    return ((org.deeplearning4j.nn.conf.layers.FeedForwardLayer)
            net.getOutputLayer().conf().getLayer())
        .getNIn();
  }

  @Test
  void evaluation_countsEveryExample() {
    MultiLayerNetwork net = network(new Sgd(0.1));
    Evaluation evaluation = net.evaluate(batches(2, DataType.DOUBLE));
    // DL4J takes the last axis of a series for time, in NWC as well.
    long steps = !isSequence() ? 1 : format() == RNNFormat.NCW ? STEPS : CLASSES;
    assertThat(evaluation.getNumRowCounter()).isEqualTo(12 * steps);
  }

  @Test
  void earlyStopping_trains() {
    EarlyStoppingConfiguration<MultiLayerNetwork> conf =
        new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
            .epochTerminationConditions(new MaxEpochsTerminationCondition(2))
            .scoreCalculator(new DataSetLossCalculator(batches(1, DataType.DOUBLE), true))
            .modelSaver(new InMemoryModelSaver<>())
            .build();
    EarlyStoppingResult<MultiLayerNetwork> result =
        new EarlyStoppingTrainer(conf, network(new Sgd(0.05)), batches(2, DataType.DOUBLE)).fit();
    assertThat(result.getTotalEpochs()).isEqualTo(2);
    assertThat(result.getBestModel().params().isNaN().any()).isFalse();
  }

  @Test
  void scopePanic_findsNothing() {
    OpExecutioner executioner = Nd4j.getExecutioner();
    OpExecutioner.ProfilingMode mode = executioner.getProfilingMode();
    executioner.setProfilingMode(OpExecutioner.ProfilingMode.SCOPE_PANIC);
    try {
      DataSet data = data(3, DataType.DOUBLE);
      MultiLayerNetwork net = network(new Adam(0.01));
      net.fit(data);
      net.output(data.getFeatures());
      net.fit(data);
      ComputationGraph graph = graph(built(layer()), new Adam(0.01), DataType.DOUBLE);
      graph.fit(data);
      graph.output(data.getFeatures());
    } finally {
      executioner.setProfilingMode(mode);
    }
  }

  @Test
  void eightThreads_giveTheAnswersOfOne() throws Exception {
    MultiLayerNetwork net =
        network(built(layer()), new Sgd(0.1), DataType.FLOAT, WorkspaceMode.ENABLED);
    List<INDArray> inputs = new ArrayList<>();
    List<INDArray> answers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      Nd4j.getRandom().setSeed(i);
      inputs.add(features(1 + i % 4, DataType.FLOAT));
      answers.add(net.output(inputs.get(i)).dup());
    }
    ParallelInference inference =
        new ParallelInference.Builder(net).inferenceMode(InferenceMode.INPLACE).workers(2).build();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<INDArray>> futures = new ArrayList<>();
      for (INDArray input : inputs) {
        futures.add(threads.submit(() -> inference.output(input)));
      }
      for (int i = 0; i < 16; i++) {
        assertThat(distance(futures.get(i).get(), answers.get(i))).isLessThan(1e-6);
      }
    } finally {
      threads.shutdownNow();
      inference.shutdown();
    }
  }

  @Test
  void parallelWrapper_trains() {
    MultiLayerNetwork net = network(new Sgd(0.05));
    INDArray before = net.params().dup();
    try (ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(net)
            .workers(2)
            .averagingFrequency(1)
            .prefetchBuffer(0)
            .trainingMode(ParallelWrapper.TrainingMode.AVERAGING)
            .build()) {
      wrapper.fit(batches(4, DataType.DOUBLE));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    assertThat(net.params().isNaN().any()).isFalse();
    assertThat(distance(net.params(), before)).isPositive();
  }

  @Test
  void statsListener_seesEveryParameter() {
    InMemoryStatsStorage storage = new InMemoryStatsStorage();
    MultiLayerNetwork net = network(new Sgd(0.05));
    net.setListeners(new StatsListener(storage, 1));
    net.fit(data(3, DataType.DOUBLE));
    net.fit(data(3, DataType.DOUBLE));
    String session = storage.listSessionIDs().get(0);
    StatsReport last =
        (StatsReport)
            storage.getLatestUpdateAllWorkers(session, StatsListener.TYPE_ID).iterator().next();
    Map<String, INDArray> parameters = net.paramTable();
    assertThat(parameters.keySet()).anyMatch(name -> name.endsWith("_core0"));
    Map<String, Histogram> histograms = last.getHistograms(StatsType.Parameters);
    assertThat(histograms).containsOnlyKeys(parameters.keySet());
    parameters.forEach(
        (name, values) -> {
          Histogram histogram = histograms.get(name);
          assertThat(Arrays.stream(histogram.getBinCounts()).sum())
              .as(name)
              .isEqualTo((int) values.length());
          assertThat(histogram.getMax()).as(name).isEqualTo(values.maxNumber().doubleValue());
          assertThat(histogram.getMin()).as(name).isEqualTo(values.minNumber().doubleValue());
        });
    assertThat(last.getMeanMagnitudes(StatsType.Parameters)).containsOnlyKeys(parameters.keySet());
    assertThat(last.getMeanMagnitudes(StatsType.Updates))
        .containsOnlyKeys(parameters.keySet())
        .allSatisfy((name, magnitude) -> assertThat(magnitude).isFinite());
  }

  @Test
  void checkpointListener_savesWhatIsRestored(@TempDir Path folder) {
    MultiLayerNetwork net = network(new Adam(0.01));
    net.addListeners(
        new CheckpointListener.Builder(folder.toFile())
            .saveEveryNIterations(1)
            .keepLast(1)
            .logSaving(false)
            .build());
    net.fit(data(3, DataType.DOUBLE));
    net.fit(data(3, DataType.DOUBLE));
    MultiLayerNetwork restored = CheckpointListener.loadLastCheckpointMLN(folder.toFile());
    assertThat(restored.params()).isEqualTo(net.params());
    assertThat(restored.getUpdater().getStateViewArray())
        .isEqualTo(net.getUpdater().getStateViewArray());
  }

  @Test
  void summaryAndMemoryReport_nameTheLayer() {
    Layer layer = built(layer());
    MultiLayerNetwork net = network(layer, new Sgd(0.05));
    assertThat(net.summary()).contains("core0");
    // Of the layer alone: DL4J's SimpleRnn, in front of it, has no report.
    InputPreProcessor before = net.getLayerWiseConfigurations().getInputPreProcess(index());
    InputType type = before == null ? inputType() : before.getOutputType(inputType());
    Layer conf = net.getLayerWiseConfigurations().getConf(index()).getLayer();
    assertThat(conf.getMemoryReport(type).toString()).contains(layer.getClass().getSimpleName());
  }
}
