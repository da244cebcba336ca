package org.dl4jtt.layers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.TensorRing;
import org.dl4jtt.tensor.TensorTrain;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** A network with a tensor LSTM, and the same network with DL4J's LSTM and the full matrices. */
record LstmPair(MultiLayerNetwork tensor, MultiLayerNetwork stock) {
  static final int INPUTS = 6;
  static final int UNITS = 4;
  static final int CLASSES = 3;

  /** How a layer is put into its network: as it is, or in a wrapper. */
  interface Wrapping {
    Layer of(AbstractLSTM lstm);
  }

  static TTLSTM.Builder train() {
    return new TTLSTM.Builder().inputModes(2, 3).outputModes(2, 2).ranks(3).nOut(UNITS);
  }

  static TRLSTM.Builder ring() {
    return new TRLSTM.Builder().inputModes(2, 3).outputModes(2, 2).ranks(2).nOut(UNITS);
  }

  static LstmPair of(TensorLSTM.Builder<?> builder, DataType type, RNNFormat format) {
    return of(builder, type, format, lstm -> lstm, new NoOp());
  }

  static LstmPair of(
      TensorLSTM.Builder<?> builder,
      DataType type,
      RNNFormat format,
      Wrapping wrapping,
      IUpdater updater) {
    TensorLSTM tensorConf = builder.nIn(INPUTS).dataFormat(format).build();
    LSTM stockConf =
        new LSTM.Builder()
            .nIn(INPUTS)
            .nOut(UNITS)
            .dataFormat(format)
            .activation(tensorConf.getActivationFn())
            .gateActivationFunction(tensorConf.getGateActivationFn())
            .build();
    MultiLayerNetwork tensor = network(wrapping.of(tensorConf), type, format, updater);
    MultiLayerNetwork stock = network(wrapping.of(stockConf), type, format, updater);
    copy(tensorConf, tensor, stock);
    return new LstmPair(tensor, stock);
  }

  static MultiLayerNetwork network(Layer lstm, DataType type, RNNFormat format, IUpdater updater) {
    boolean last = lstm instanceof org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
    Layer output =
        last
            ? new org.deeplearning4j.nn.conf.layers.OutputLayer.Builder(
                    LossFunctions.LossFunction.MCXENT)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build()
            : new RnnOutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .dataFormat(format)
                .build();
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(7)
                .dataType(type)
                .updater(updater)
                .activation(Activation.TANH)
                .weightInit(new NormalDistribution(0, 0.5))
                .list()
                .layer(lstm)
                .layer(output)
                .setInputType(InputType.recurrent(INPUTS, format))
                .build());
    net.init();
    return net;
  }

  /** Puts the full matrices of the tensor network into the stock network. */
  private static void copy(TensorLSTM conf, MultiLayerNetwork tensor, MultiLayerNetwork stock) {
    TensorForm form = conf.getForm();
    TensorForm recurrent = conf.getRecurrentForm();
    Map<String, INDArray> from = tensor.getLayer(0).paramTable();
    Map<String, INDArray> to = stock.getLayer(0).paramTable();
    for (String prefix : to.containsKey("W") ? List.of("") : List.of("f", "b")) {
      to.get(prefix + "W").assign(full(form, from, prefix + "core"));
      to.get(prefix + "RW")
          .assign(
              recurrent == null
                  ? from.get(prefix + "RW")
                  : full(recurrent, from, prefix + "rcore"));
      to.get(prefix + "b").assign(from.get(prefix + "b"));
    }
    stock.getLayer(1).setParams(tensor.getLayer(1).params());
  }

  /** The matrix of a layer's cores, by the tensor package. */
  static INDArray full(TensorForm form, Map<String, INDArray> params, String prefix) {
    List<INDArray> cores = new ArrayList<>();
    for (int k = 0; k < form.order(); k++) {
      INDArray core = params.get(prefix + k);
      long a = core.size(0);
      long b = core.size(core.rank() - 1);
      cores.add(core.reshape('c', a, core.length() / (a * b), b));
    }
    return new FactoredWeight(
            form.tensorization(), form.isTrain() ? new TensorTrain(cores) : new TensorRing(cores))
        .toParameter();
  }

  static INDArray input(int batch, int steps, DataType type, RNNFormat format) {
    Nd4j.getRandom().setSeed(11);
    long[] shape =
        format == RNNFormat.NCW
            ? new long[] {batch, INPUTS, steps}
            : new long[] {batch, steps, INPUTS};
    return Nd4j.randn(DataType.DOUBLE, shape).castTo(type);
  }

  static INDArray labels(int batch, int steps, DataType type, RNNFormat format) {
    INDArray ncw = Nd4j.zeros(type, batch, CLASSES, steps);
    for (int b = 0; b < batch; b++) {
      for (int t = 0; t < steps; t++) {
        ncw.putScalar(new int[] {b, (b + t) % CLASSES, t}, 1);
      }
    }
    return format == RNNFormat.NCW ? ncw : ncw.permute(0, 2, 1).dup();
  }

  /** Sequences of different lengths: example b has the first {@code steps - b} steps. */
  static INDArray mask(int batch, int steps, DataType type) {
    INDArray mask = Nd4j.ones(type, batch, steps);
    for (int b = 0; b < batch; b++) {
      for (int t = steps - b; t < steps; t++) {
        mask.putScalar(b, t, 0);
      }
    }
    return mask;
  }

  static double distance(INDArray a, INDArray b) {
    if (!Arrays.equals(a.shape(), b.shape())) {
      throw new AssertionError(
          Arrays.toString(a.shape()) + " against " + Arrays.toString(b.shape()));
    }
    return a.castTo(DataType.DOUBLE).sub(b.castTo(DataType.DOUBLE)).amaxNumber().doubleValue();
  }
}
