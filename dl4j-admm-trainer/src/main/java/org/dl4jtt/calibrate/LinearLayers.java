package org.dl4jtt.calibrate;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.dl4jtt.layers.convert.StockWeights;
import org.dl4jtt.layers.convert.WeightShape;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** Changes layers' configurations so that their linear maps can be seen, and makes their steps. */
final class LinearLayers {
  private static final int LSTM_GATES = 4;

  private LinearLayers() {}

  /** A layer whose configuration is as the working copy needs it. */
  interface Prepared {
    /**
     * The step of the layer that the configuration became.
     *
     * @param values the source's parameters
     */
    Step step(GraphVertex vertex, Map<String, INDArray> values);
  }

  /** Changes the configuration in place. */
  static Prepared prepare(NeuralNetConfiguration configuration) {
    Layer layer = configuration.getLayer();
    Map<String, WeightShape> weights = StockWeights.of(layer);
    Layer inner = WorkingConfiguration.innermost(layer);
    if (!weights.isEmpty()
        && (inner instanceof Bidirectional || inner instanceof BaseRecurrentLayer)) {
      return recurrent(configuration, weights);
    }
    boolean normed = inner instanceof DenseLayer dense && dense.hasLayerNorm();
    boolean plain = !weights.isEmpty() && !normed && inner instanceof FeedForwardLayer;
    if (plain && isPlain(layer)) {
      return plain(layer, (FeedForwardLayer) inner, weights);
    }
    return (vertex, values) -> general((LayerVertex) vertex, layer, values);
  }

  /** Of wrappers, only the one that passes all steps on as they are. */
  private static boolean isPlain(Layer layer) {
    Layer inner = WorkingConfiguration.innermost(layer);
    return !(layer instanceof BaseWrapperLayer)
        || (layer instanceof TimeDistributed distributed
            && inner.equals(distributed.getUnderlying())
            && inner instanceof DenseLayer);
  }

  private static Step general(LayerVertex vertex, Layer layer, Map<String, INDArray> values) {
    assign(vertex.getLayer(), values);
    if (layer instanceof BatchNormalization norm) {
      return new NormStep(vertex, norm);
    }
    boolean output = vertex.getLayer() instanceof IOutputLayer && layer instanceof FeedForwardLayer;
    return output ? new LossStep(vertex, (FeedForwardLayer) layer) : new LayerStep(vertex);
  }

  private static void assign(org.deeplearning4j.nn.api.Layer layer, Map<String, INDArray> values) {
    Map<String, INDArray> table = layer.paramTable(false);
    if (table != null) {
      table.forEach((name, array) -> array.assign(Objects.requireNonNull(values.get(name))));
    }
  }

  private static Prepared plain(
      Layer layer, FeedForwardLayer inner, Map<String, WeightShape> weights) {
    IActivation activation = inner.getActivationFn();
    ILossFunction loss = null;
    if (inner instanceof BaseOutputLayer output) {
      loss = output.getLossFn();
      output.setLossFn(new GivenGradient());
    }
    ((BaseLayer) inner).setActivationFn(new ActivationIdentity());
    Patches patches = inner instanceof ConvolutionLayer c ? new Patches(c) : null;
    boolean embedding = inner instanceof EmbeddingLayer || inner instanceof EmbeddingSequenceLayer;
    PlainStep.Own own =
        new PlainStep.Own(
            weights, activation, loss, axis(layer, inner, patches), patches, embedding);
    return (vertex, values) -> {
      assign(((LayerVertex) vertex).getLayer(), values);
      return new PlainStep((LayerVertex) vertex, own);
    };
  }

  private static int axis(Layer layer, FeedForwardLayer inner, @Nullable Patches patches) {
    if (patches != null) {
      return patches.channelAxis();
    }
    RNNFormat format = RNNFormat.NCW;
    if (layer instanceof TimeDistributed distributed) {
      format = distributed.getRnnDataFormat();
    } else if (inner instanceof RnnOutputLayer output) {
      format = output.getRnnDataFormat();
    } else if (inner instanceof EmbeddingSequenceLayer embedding) {
      format = embedding.getOutputFormat();
    }
    return format == RNNFormat.NWC ? 2 : 1;
  }

  private static Prepared recurrent(
      NeuralNetConfiguration configuration, Map<String, WeightShape> weights) {
    Layer layer = configuration.getLayer();
    Layer inner = WorkingConfiguration.innermost(layer);
    Map<String, BaseRecurrentLayer> parts = new LinkedHashMap<>();
    if (inner instanceof Bidirectional both) {
      parts.put("f", (BaseRecurrentLayer) WorkingConfiguration.innermost(both.getFwd()));
      parts.put("b", (BaseRecurrentLayer) WorkingConfiguration.innermost(both.getBwd()));
    } else {
      parts.put("", (BaseRecurrentLayer) inner);
    }
    BaseRecurrentLayer first = parts.values().iterator().next();
    int inputs = Math.toIntExact(first.getNIn());
    int units = Math.toIntExact(first.getNOut());
    int gates = first instanceof SimpleRnn ? units : LSTM_GATES * units;
    MaskZeroLayer zero = WorkingConfiguration.wrapper(layer, MaskZeroLayer.class);
    RecurrentStep.Form form =
        new RecurrentStep.Form(
            weights,
            inputs,
            gates,
            first.getRnnDataFormat() == RNNFormat.NWC ? 2 : 1,
            zero == null ? null : zero.getMaskingValue());
    Map<String, NeuralNetConfiguration> alone = new HashMap<>();
    parts.forEach(
        (prefix, part) -> {
          NeuralNetConfiguration copy = configuration.clone();
          copy.setLayer(part.clone());
          copy.clearVariables();
          alone.put(prefix, copy);
          part.setNIn(inputs + (long) gates * parts.size());
        });
    return (vertex, values) -> {
      List<RecurrentStep.Direction> directions = new ArrayList<>();
      var running = ((LayerVertex) vertex).getLayer();
      for (String prefix : parts.keySet()) {
        Map<String, INDArray> own = new HashMap<>();
        values.forEach(
            (name, array) -> {
              if (name.startsWith(prefix)) {
                own.put(name.substring(prefix.length()), array);
              }
            });
        Set<String> watched = new java.util.HashSet<>(own.keySet());
        watched.removeIf(name -> !weights.containsKey(prefix + name));
        directions.add(
            new RecurrentStep.Direction(
                prefix, standalone(alone.get(prefix), own), Set.copyOf(watched)));
        own.forEach(
            (name, array) -> {
              INDArray target = running.getParam(prefix + name);
              if (name.equals("W")) {
                augment(target, array, form, directions.size() - 1);
              } else {
                target.assign(array);
              }
            });
      }
      return new RecurrentStep((LayerVertex) vertex, form, directions);
    };
  }

  /** W over a block of zeros and ones: one more input for every gate of this direction. */
  private static void augment(INDArray target, INDArray w, RecurrentStep.Form form, int direction) {
    target.assign(0);
    target.get(interval(0, form.inputs()), all()).assign(w);
    for (int gate = 0; gate < form.gates(); gate++) {
      target.putScalar(form.inputs() + (long) direction * form.gates() + gate, gate, 1);
    }
  }

  private static org.deeplearning4j.nn.api.Layer standalone(
      @Nullable NeuralNetConfiguration configuration, Map<String, INDArray> values) {
    NeuralNetConfiguration own = Objects.requireNonNull(configuration);
    INDArray any = values.values().iterator().next();
    long length = own.getLayer().initializer().numParams(own);
    INDArray view = org.nd4j.linalg.factory.Nd4j.create(any.dataType(), 1, length);
    var layer = own.getLayer().instantiate(own, null, 0, view, false, any.dataType());
    assign(layer, values);
    return layer;
  }
}
