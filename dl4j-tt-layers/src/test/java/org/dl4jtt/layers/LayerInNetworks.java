package org.dl4jtt.layers;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** The layer under test, and the networks and data around it. */
interface LayerInNetworks {
  int CLASSES = 3;
  int STEPS = 4;

  /** A new builder of the layer under test: tiny, with a smooth activation. */
  BaseLayer.Builder<?> layer();

  /** What comes into the network. */
  InputType inputType();

  /** The stock layer in front; it keeps the shape of the input. */
  default Layer before() {
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
  default boolean isFirst() {
    return false;
  }

  default int index() {
    return isFirst() ? 0 : 1;
  }

  /** True if the layer's activations are a time series. */
  default boolean isSequence() {
    return inputType().getType() == InputType.Type.RNN;
  }

  /** Inputs for a batch. */
  default INDArray features(int batch, DataType type) {
    return Nd4j.rand(DataType.DOUBLE, shape(batch)).subi(0.5).muli(2).castTo(type);
  }

  default long[] shape(int batch) {
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

  default RNNFormat format() {
    return inputType() instanceof InputType.InputTypeRecurrent series
        ? series.getFormat()
        : RNNFormat.NCW;
  }

  default DataSet data(int batch, DataType type) {
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

  default DataSetIterator batches(int count, DataType type) {
    List<DataSet> list = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      list.add(data(6, type));
    }
    return new ListDataSetIterator<>(list.stream().flatMap(d -> d.asList().stream()).toList(), 6);
  }

  default Layer output() {
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

  default MultiLayerConfiguration configuration(
      Layer layer, IUpdater updater, DataType type, WorkspaceMode mode) {
    NeuralNetConfiguration.ListBuilder list = global(updater, type, mode).list();
    if (!isFirst()) {
      list.layer(before());
    }
    return list.layer(layer).layer(output()).setInputType(inputType()).build();
  }

  default MultiLayerNetwork network(
      Layer layer, IUpdater updater, DataType type, WorkspaceMode mode) {
    MultiLayerNetwork net = new MultiLayerNetwork(configuration(layer, updater, type, mode));
    net.init();
    return net;
  }

  default MultiLayerNetwork network(Layer layer, IUpdater updater) {
    return network(layer, updater, DataType.DOUBLE, WorkspaceMode.ENABLED);
  }

  default MultiLayerNetwork network(IUpdater updater) {
    return network(built(layer()), updater);
  }

  default ComputationGraph graph(Layer layer, IUpdater updater, DataType type) {
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

  default Layer built(BaseLayer.Builder<?> builder) {
    return builder.build();
  }

  default double distance(INDArray a, INDArray b) {
    INDArray x = a.castTo(DataType.DOUBLE);
    INDArray y = b.castTo(DataType.DOUBLE);
    return x.sub(y).norm2Number().doubleValue() / Math.max(1e-12, y.norm2Number().doubleValue());
  }
}
