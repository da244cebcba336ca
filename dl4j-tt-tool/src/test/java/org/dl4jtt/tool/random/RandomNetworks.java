package org.dl4jtt.tool.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.*;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Small Deeplearning4j networks drawn at random: all layer classes with weights, wrappers, both
 * orders in memory, masks and losses, as a MultiLayerNetwork or a ComputationGraph. The same for a
 * seed.
 */
final class RandomNetworks {
  /**
   * A network and a mini-batch for it.
   *
   * @param trainable whether Deeplearning4j itself trains a copy on the mini-batch
   */
  record Drawn(
      long seed, Model network, InputType input, DataSet batch, String layers, boolean trainable) {}

  private enum Data {
    VECTOR,
    SEQUENCE,
    IMAGE
  }

  private static final int EXAMPLES = 4;
  private static final int STEPS = 6;

  private final long seed;
  private final Random random;
  private final List<Layer> layers = new ArrayList<>();
  private final List<Data> types = new ArrayList<>();
  private boolean channelsLast;
  private Data data;

  private RandomNetworks(long seed) {
    this.seed = seed;
    this.random = new Random(seed);
  }

  /**
   * Draws a network.
   *
   * @return null where Deeplearning4j itself refuses what was drawn, or cannot run it
   */
  static @Nullable Drawn draw(long seed) {
    try {
      return new RandomNetworks(seed).drawn();
    } catch (RuntimeException | Error deeplearning4jCannot) {
      return null;
    }
  }

  private Drawn drawn() {
    data = pick(Data.values());
    Data first = data;
    channelsLast = random.nextInt(3) == 0;
    int depth = 1 + random.nextInt(4);
    for (int i = 0; i < depth; i++) {
      Data before = data;
      Layer layer = body();
      layer.setLayerName("layer" + i);
      layers.add(layer);
      types.add(before);
    }
    Layer end = end();
    end.setLayerName("end");
    layers.add(end);
    types.add(data);

    InputType input =
        switch (first) {
          case VECTOR -> InputType.feedForward(6 + random.nextInt(12));
          case SEQUENCE ->
              InputType.recurrent(
                  4 + random.nextInt(8), STEPS, channelsLast ? RNNFormat.NWC : RNNFormat.NCW);
          case IMAGE ->
              InputType.convolutional(
                  6 + random.nextInt(4),
                  6 + random.nextInt(4),
                  1 + random.nextInt(4),
                  channelsLast ? CNN2DFormat.NHWC : CNN2DFormat.NCHW);
        };
    Model network = random.nextBoolean() ? list(input) : graph(input);
    network.init();
    INDArray x = Nd4j.rand(DataType.FLOAT, shape(input));
    INDArray mask = first == Data.SEQUENCE && random.nextInt(2) == 0 ? mask() : null;
    INDArray y = labels(output(network, x, mask));
    DataSet batch = new DataSet(x, y, mask, y.rank() == 3 ? mask : null);
    return new Drawn(seed, network, input, batch, describe(network), isTrainable(network, batch));
  }

  private static boolean isTrainable(Model network, DataSet batch) {
    try {
      if (network instanceof ComputationGraph graph) {
        graph.clone().fit(batch.copy());
      } else {
        ((MultiLayerNetwork) network).clone().fit(batch.copy());
      }
      return true;
    } catch (RuntimeException deeplearning4jCannot) {
      return false;
    }
  }

  private String describe(Model network) {
    List<String> names = layers.stream().map(l -> l.getClass().getSimpleName()).toList();
    return network.getClass().getSimpleName() + names + (channelsLast ? " channels last" : "");
  }

  private static long[] shape(InputType input) {
    long[] shape = input.getShape(true).clone();
    shape[0] = EXAMPLES;
    return shape;
  }

  private static INDArray mask() {
    INDArray mask = Nd4j.ones(DataType.FLOAT, EXAMPLES, STEPS);
    for (int t = 2; t < STEPS; t++) {
      mask.putScalar(1, t, 0);
    }
    mask.putScalar(2, STEPS - 1, 0);
    return mask;
  }

  static INDArray output(Model network, INDArray x, @Nullable INDArray mask) {
    INDArray y =
        network instanceof ComputationGraph graph
            ? graph
                .output(
                    false, new INDArray[] {x}, mask == null ? null : new INDArray[] {mask}, null)[0]
            : ((MultiLayerNetwork) network).output(x, false, mask, null);
    if (!Double.isFinite(y.norm1Number().doubleValue())) {
      throw new IllegalStateException("the output is not finite");
    }
    return y;
  }

  /** What the loss wants, in the shape of the output. */
  private INDArray labels(INDArray output) {
    INDArray y = Nd4j.rand(DataType.FLOAT, output.shape());
    int classes = output.rank() > 2 && channelsLast ? output.rank() - 1 : 1;
    LossFunction loss = losses[chosenLoss];
    return switch (loss) {
      case MCXENT, NEGATIVELOGLIKELIHOOD, KL_DIVERGENCE -> {
        INDArray most = y.max(true, classes).broadcast(y.shape());
        yield y.sub(most).gte(0).castTo(DataType.FLOAT);
      }
      case XENT -> y.gt(0.5).castTo(DataType.FLOAT);
      default -> y;
    };
  }

  // ---- the whole ----

  private NeuralNetConfiguration.Builder conf() {
    IUpdater updater =
        pick(new IUpdater[] {new Sgd(0.01), new Nesterovs(0.01, 0.9), new Adam(1e-3)});
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .updater(updater)
        .activation(pick(new Activation[] {Activation.TANH, Activation.RELU, Activation.SIGMOID}))
        .l2(random.nextInt(3) == 0 ? 1e-3 : 0)
        .convolutionMode(ConvolutionMode.Same);
  }

  private MultiLayerNetwork list(InputType input) {
    NeuralNetConfiguration.ListBuilder list = conf().list();
    layers.forEach(list::layer);
    return new MultiLayerNetwork(list.setInputType(input).build());
  }

  private ComputationGraph graph(InputType input) {
    ComputationGraphConfiguration.GraphBuilder graph =
        conf().graphBuilder().addInputs("in").setInputTypes(input);
    String source = "in";
    for (Layer layer : layers) {
      boolean last = layer.getLayerName().equals("end");
      graph.addLayer(layer.getLayerName(), layer, source);
      source = layer.getLayerName();
      if (!last && random.nextInt(4) == 0) {
        graph.addVertex(source + "-scaled", new ScaleVertex(0.5), source);
        graph.addVertex(
            source + "-sum",
            new ElementWiseVertex(ElementWiseVertex.Op.Add),
            source,
            source + "-scaled");
        source = source + "-sum";
      }
    }
    return new ComputationGraph(graph.setOutputs(source).build());
  }

  // ---- the parts ----

  private int width() {
    return 3 + random.nextInt(22);
  }

  private Layer body() {
    return switch (data) {
      case VECTOR -> vector();
      case SEQUENCE -> sequence();
      case IMAGE -> image();
    };
  }

  private Layer vector() {
    return switch (random.nextInt(8)) {
      case 0 -> new BatchNormalization.Builder().build();
      case 1 -> new DropoutLayer.Builder(0.7).build();
      case 2 -> new ActivationLayer(Activation.ELU);
      case 3 -> new AutoEncoder.Builder().nOut(width()).build();
      case 4 -> new FrozenLayer(new DenseLayer.Builder().nOut(width()).build());
      default -> new DenseLayer.Builder().nOut(width()).hasBias(random.nextInt(4) > 0).build();
    };
  }

  private RNNFormat steps() {
    return channelsLast ? RNNFormat.NWC : RNNFormat.NCW;
  }

  @SuppressWarnings("deprecation")
  private Layer recurrent() {
    return switch (random.nextInt(3)) {
      case 0 -> new SimpleRnn.Builder().nOut(width()).dataFormat(steps()).build();
      case 1 ->
          channelsLast
              ? new LSTM.Builder().nOut(width()).dataFormat(steps()).build()
              : new GravesLSTM.Builder().nOut(width()).activation(Activation.TANH).build();
      default -> new LSTM.Builder().nOut(width()).dataFormat(steps()).build();
    };
  }

  private Layer sequence() {
    switch (random.nextInt(10)) {
      case 0:
        data = Data.VECTOR;
        return new LastTimeStep(recurrent());
      case 1:
        data = Data.VECTOR;
        return new LastTimeStep(new Bidirectional(Bidirectional.Mode.CONCAT, recurrent()));
      case 2:
        data = Data.VECTOR;
        return new GlobalPoolingLayer.Builder(PoolingType.AVG).build();
      case 3:
        return new Convolution1DLayer.Builder(1 + random.nextInt(3))
            .nOut(width())
            .rnnDataFormat(steps())
            .convolutionMode(ConvolutionMode.Same)
            .build();
      case 4:
        return new Bidirectional(
            pick(new Bidirectional.Mode[] {Bidirectional.Mode.CONCAT, Bidirectional.Mode.ADD}),
            recurrent());
      case 5:
        return new TimeDistributed(new DenseLayer.Builder().nOut(width()).build(), steps());
      case 6:
        return new SelfAttentionLayer.Builder().nOut(4).nHeads(2).projectInput(true).build();
      default:
        return recurrent();
    }
  }

  private Layer image() {
    CNN2DFormat format = channelsLast ? CNN2DFormat.NHWC : CNN2DFormat.NCHW;
    int k = 1 + random.nextInt(3);
    switch (random.nextInt(15)) {
      case 0:
        data = Data.VECTOR;
        return new DenseLayer.Builder().nOut(width()).build();
      case 1:
        data = Data.VECTOR;
        return new GlobalPoolingLayer.Builder(PoolingType.MAX).build();
      case 2:
        return new BatchNormalization.Builder().dataFormat(format).build();
      case 3:
        return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX, new int[] {2, 2})
            .dataFormat(format)
            .build();
      case 4:
        return new ZeroPaddingLayer.Builder(1, 1).dataFormat(format).build();
      case 5:
        return new Cropping2D.Builder(1, 1).dataFormat(format).build();
      case 6:
        return new Upsampling2D.Builder(2).dataFormat(format).build();
      case 7:
        return new DepthwiseConvolution2D.Builder(k, k)
            .depthMultiplier(2)
            .dataFormat(format)
            .convolutionMode(ConvolutionMode.Same)
            .build();
      case 8:
        return new SeparableConvolution2D.Builder(k, k).nOut(width()).dataFormat(format).build();
      case 9:
        return new Deconvolution2D.Builder(2, 2)
            .stride(2, 2)
            .nOut(width())
            .dataFormat(format)
            .build();
      default:
        return new ConvolutionLayer.Builder(k, 1 + random.nextInt(3))
            .nOut(width())
            .stride(1 + random.nextInt(2), 1 + random.nextInt(2))
            .dilation(random.nextInt(4) == 0 ? 2 : 1, 1)
            .convolutionMode(
                pick(new ConvolutionMode[] {ConvolutionMode.Same, ConvolutionMode.Truncate}))
            .hasBias(random.nextInt(4) > 0)
            .dataFormat(format)
            .build();
    }
  }

  private final LossFunction[] losses = {
    LossFunction.MCXENT,
    LossFunction.NEGATIVELOGLIKELIHOOD,
    LossFunction.KL_DIVERGENCE,
    LossFunction.XENT,
    LossFunction.MSE,
    LossFunction.L2,
    LossFunction.MEAN_ABSOLUTE_ERROR
  };
  private int chosenLoss;

  private Layer end() {
    chosenLoss = random.nextInt(losses.length);
    LossFunction loss = losses[chosenLoss];
    Activation activation =
        chosenLoss < 3
            ? Activation.SOFTMAX
            : loss == LossFunction.XENT ? Activation.SIGMOID : Activation.IDENTITY;
    boolean alone = random.nextInt(5) == 0; // a loss without weights
    switch (data) {
      case SEQUENCE:
        return alone
            ? new RnnLossLayer.Builder(loss).activation(activation).dataFormat(steps()).build()
            : new RnnOutputLayer.Builder(loss)
                .nOut(3)
                .activation(activation)
                .dataFormat(steps())
                .build();
      case IMAGE:
        if (random.nextBoolean()) {
          return new CnnLossLayer.Builder(loss)
              .activation(activation)
              .format(channelsLast ? CNN2DFormat.NHWC : CNN2DFormat.NCHW)
              .build();
        }
        break;
      default:
        if (alone) {
          return new LossLayer.Builder(loss).activation(activation).build();
        }
    }
    return new OutputLayer.Builder(loss).nOut(3).activation(activation).build();
  }

  private <T> T pick(T[] values) {
    return values[random.nextInt(values.length)];
  }
}
