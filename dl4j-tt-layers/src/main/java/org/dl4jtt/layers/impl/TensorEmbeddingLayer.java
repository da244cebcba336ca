package org.dl4jtt.layers.impl;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.layers.TTEmbedding;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The running layer of {@link TTEmbedding}. Each different index is looked up once, however often
 * it occurs; its gradients are added up before they go to the cores.
 */
public final class TensorEmbeddingLayer extends CoreLayer<TTEmbedding> {
  /** The indices of a batch. */
  private static final class Indices {
    private final int[] entries;
    private final int[] unique;

    Indices(int[] entries) {
      this.entries = entries;
      this.unique = Arrays.stream(entries).sorted().distinct().toArray();
    }

    /** Every index once, ascending. */
    int[] unique() {
      return unique;
    }

    /** For each entry of the input where {@link #unique} has it. */
    int[] position() {
      return Arrays.stream(entries).map(entry -> Arrays.binarySearch(unique, entry)).toArray();
    }

    int count() {
      return entries.length;
    }
  }

  /** For {@link TTEmbedding#instantiate}. */
  public TensorEmbeddingLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspace) {
    Indices indices = indices();
    RowLookup lookup = lookup(indices, training, workspace);
    INDArray rows = preOutput(lookup, indices, ArrayType.ACTIVATIONS, training, workspace);
    layerConf().getActivationFn().getActivation(rows, training);
    mask(rows);
    return shaped(rows);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspace) {
    Indices indices = indices();
    RowLookup lookup = lookup(indices, true, workspace);
    INDArray z = preOutput(lookup, indices, ArrayType.BP_WORKING_MEM, true, workspace);
    INDArray delta = layerConf().getActivationFn().backprop(z, rows(epsilon)).getFirst();
    mask(delta);
    INDArray perIndex = RowSums.of(delta, indices.position(), indices.unique().length);
    Gradient gradient = new DefaultGradient();
    lookup.backward(form(), perIndex, coreGradients(gradient));
    if (hasBias()) {
      INDArray view = biasGradient(gradient);
      INDArray ones = Nd4j.ones(dataType, 1, perIndex.size(0));
      Nd4j.gemm(
          ones, perIndex, view.reshape('c', new long[] {1, view.length()}), false, false, 1, 0);
    }
    weightNoiseParams.clear();
    return new Pair<>(gradient, null); // indices have no gradient
  }

  private RowLookup lookup(Indices indices, boolean training, LayerWorkspaceMgr workspace) {
    return new RowLookup(form(), cores(training, workspace), indices.unique());
  }

  /** One row for each entry of the input, {@code [entries, nOut]} in 'c' order, with the bias. */
  private INDArray preOutput(
      RowLookup lookup,
      Indices indices,
      ArrayType type,
      boolean training,
      LayerWorkspaceMgr workspace) {
    INDArray rows =
        workspace.createUninitialized(
            type, dataType, new long[] {indices.count(), layerConf().getNOut()}, 'c');
    Nd4j.pullRows(lookup.rows(), rows, 1, indices.position());
    if (hasBias()) {
      rows.addiRowVector(bias(training, workspace));
    }
    return rows;
  }

  private Indices indices() {
    assertInputSet(false);
    checkShape();
    int[] entries = input.castTo(DataType.INT32).dup('c').data().asInt();
    for (int entry : entries) {
      argument(
          entry >= 0 && entry < layerConf().getNIn(),
          "%s: index %d is outside 0 to nIn - 1 = %d",
          layerId(),
          entry,
          layerConf().getNIn() - 1);
    }
    return new Indices(entries);
  }

  private void checkShape() {
    long[] shape = input.shape();
    if (layerConf().isSequence()) {
      argument(
          shape.length == 2 || (shape.length == 3 && shape[1] == 1),
          "%s takes indices [batch, time] or [batch, 1, time], got %s",
          layerId(),
          Arrays.toString(shape));
      argument(
          layerConf().isInferInputLength() || steps() == layerConf().getInputLength(),
          "%s: inputLength is %d, the input has %d steps; call inferInputLength(true) to take any",
          layerId(),
          layerConf().getInputLength(),
          steps());
    } else {
      argument(
          shape.length == 1 || (shape.length == 2 && shape[1] == 1),
          "%s takes one index for each example, [batch, 1], got %s; for sequences call sequence(true)",
          layerId(),
          Arrays.toString(shape));
    }
  }

  private long steps() {
    return input.size(input.rank() - 1);
  }

  /** Rows as the layer's output. */
  private INDArray shaped(INDArray rows) {
    if (!layerConf().isSequence()) {
      return rows;
    }
    INDArray nwc = rows.reshape('c', new long[] {input.size(0), steps(), rows.size(1)});
    return layerConf().getOutputFormat() == RNNFormat.NCW ? nwc.permute(0, 2, 1) : nwc;
  }

  /** A copy of the output's gradient as rows. */
  private INDArray rows(INDArray epsilon) {
    boolean permuted = layerConf().isSequence() && layerConf().getOutputFormat() == RNNFormat.NCW;
    INDArray nwc = permuted ? epsilon.permute(0, 2, 1) : epsilon;
    return nwc.castTo(dataType)
        .dup('c')
        .reshape('c', new long[] {input.length(), layerConf().getNOut()});
  }

  private void mask(INDArray rows) {
    if (maskArray != null) {
      argument(
          maskArray.length() == rows.size(0),
          "%s: mask %s does not fit input %s",
          layerId(),
          Arrays.toString(maskArray.shape()),
          Arrays.toString(input.shape()));
      rows.muliColumnVector(
          maskArray.castTo(dataType).dup('c').reshape('c', new long[] {rows.size(0), 1}));
    }
  }

  @Override
  public Type type() {
    return layerConf().isSequence() ? Type.RECURRENT : Type.FEED_FORWARD;
  }
}
