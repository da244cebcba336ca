package org.dl4jtt.calibrate;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.util.TimeSeriesUtils;
import org.dl4jtt.layers.convert.WeightShape;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Broadcast;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A dense, output, embedding or convolution layer. In the working copy the layer itself has no
 * activation: it runs here, {@code a = f(z)}, so that z and the gradient at z can be seen. An
 * output layer's loss is computed here, too.
 */
final class PlainStep extends LayerStep implements LinearStep, OutputStep {

  /**
   * What was taken out of the layer, and where its features are.
   *
   * @param weights the layer's, with their shapes
   * @param activation f
   * @param loss of an output layer
   * @param axis of the features in z, and in x but for a convolution
   * @param patches of a convolution
   * @param embedding true if x holds indices
   */
  record Own(
      Map<String, WeightShape> weights,
      IActivation activation,
      @Nullable ILossFunction loss,
      int axis,
      @Nullable Patches patches,
      boolean embedding) {}

  private final Own own;
  private @Nullable INDArray x;
  private @Nullable INDArray z;
  private @Nullable INDArray gradient;
  private @Nullable INDArray given;
  private @Nullable INDArray inputMask;
  private @Nullable INDArray outputMask;

  PlainStep(LayerVertex vertex, Own own) {
    super(vertex);
    this.own = own;
  }

  @Override
  void see(INDArray input, @Nullable INDArray mask) {
    x = input;
    gradient = null;
    inputMask = mask;
    outputMask =
        mask != null && own.patches() != null
            ? layer().feedForwardMaskArray(mask, MaskState.Active, (int) input.size(0)).getFirst()
            : mask;
  }

  @Override
  INDArray activate(INDArray input, @Nullable INDArray mask) {
    see(input, mask);
    INDArray linear = super.activate(input, mask).dup();
    z = linear;
    return hidden(sequences(own.activation().getActivation(rows(linear).dup(), false), linear));
  }

  private INDArray behindActivation(INDArray linear, INDArray epsilon) {
    INDArray g = own.activation().backprop(rows(linear).dup(), rows(epsilon).dup()).getFirst();
    return hidden(sequences(g, linear));
  }

  /** One step a row, as an activation over features needs it; images and dense outputs as is. */
  private INDArray rows(INDArray array) {
    return array.rank() == 3 && own.patches() == null ? flat(array) : array;
  }

  private INDArray sequences(INDArray rows, INDArray like) {
    if (rows.rank() == like.rank()) {
      return rows;
    }
    INDArray ncw =
        TimeSeriesUtils.reshape2dTo3d(rows, like.size(0), Scratch.arrays(), ArrayType.ACTIVATIONS);
    return (own.axis() == 2 ? ncw.permute(0, 2, 1) : ncw).dup();
  }

  /** Hides the steps that a mask hides, as the layer does behind its activation. */
  private INDArray hidden(INDArray a) {
    INDArray mask = outputMask;
    if (mask == null || layer().getMaskArray() == null) {
      return a;
    }
    INDArray m = mask.castTo(a.dataType());
    if (a.rank() == 2 && m.length() == a.size(0)) {
      return a.muliColumnVector(m.reshape(m.length(), 1));
    }
    boolean steps = a.rank() == 3 && m.rank() == 2 && m.size(1) == a.size(own.axis() == 1 ? 2 : 1);
    return steps ? Broadcast.mul(a, m, a, 0, own.axis() == 1 ? 2 : 1) : a;
  }

  @Override
  @Nullable INDArray passBack(@Nullable INDArray epsilon) {
    INDArray linear = Objects.requireNonNull(z, "the gradient of a layer that has not run");
    INDArray g = given == null ? behindActivation(linear, Objects.requireNonNull(epsilon)) : given;
    gradient = g;
    given = null;
    if (own.loss() == null) {
      return super.passBack(g.dup());
    }
    ((IOutputLayer) layer()).setLabels(g);
    layer().setMaskArray(null); // g is masked already
    return super.passBack(g);
  }

  @Override
  public Map<String, WeightShape> weights() {
    return own.weights();
  }

  @Override
  public boolean hasBias() {
    return layer().paramTable(false).containsKey("b");
  }

  /** True if the layer has no activation and no loss. */
  boolean isLinear() {
    return own.activation() instanceof ActivationIdentity && own.loss() == null;
  }

  @Override
  public List<Seen> seen() {
    INDArray input = Objects.requireNonNull(x, "the inputs of a layer that has not run");
    Rows gradients = gradient == null ? null : Rows.of(gradient, own.axis(), outputMask);
    return List.of(new Seen("W", inputs(input), gradients));
  }

  private RowSource inputs(INDArray input) {
    if (own.patches() != null) {
      return own.patches().rows(input, outputMask);
    }
    if (own.embedding()) {
      INDArray indices = input.dup('c').reshape('c', new long[] {input.length(), 1});
      return RowSource.oneHot(Rows.of(indices, 1, inputMask));
    }
    return RowSource.of(Rows.of(input, input.rank() == 2 ? 1 : own.axis(), inputMask));
  }

  @Override
  public INDArray get(String parameter) {
    return layer().getParam(parameter).dup();
  }

  @Override
  public void set(String parameter, INDArray value) {
    INDArray target = layer().getParam(parameter);
    target.assign(value.castTo(target.dataType()).reshape(target.shape()));
  }

  @Override
  public @Nullable ILossFunction loss() {
    return own.loss();
  }

  @Override
  public IActivation activation() {
    return own.activation();
  }

  @Override
  public int outputAxis() {
    return own.axis();
  }

  @Override
  public void labels(INDArray labels, @Nullable INDArray labelMask) {
    INDArray linear = Objects.requireNonNull(z, "labels of a layer that has not run");
    ILossFunction loss = Objects.requireNonNull(own.loss());
    INDArray mask = labelMask == null ? inputMask : labelMask;
    if (linear.rank() == 2) {
      boolean fits = mask != null && mask.size(0) == linear.size(0);
      given = loss.computeGradient(labels, linear.dup(), own.activation(), fits ? mask : null);
      return;
    }
    INDArray column =
        mask == null || mask.rank() != 2 || mask.size(0) != linear.size(0)
            ? null
            : TimeSeriesUtils.reshapeTimeSeriesMaskToVector(
                mask, Scratch.arrays(), ArrayType.BP_WORKING_MEM);
    INDArray rows =
        loss.computeGradient(flat(labels), flat(linear).dup(), own.activation(), column);
    given = sequences(rows, linear);
  }

  private INDArray flat(INDArray sequences) {
    INDArray ncw = own.axis() == 2 ? sequences.permute(0, 2, 1) : sequences;
    return TimeSeriesUtils.reshape3dTo2d(ncw, Scratch.arrays(), ArrayType.BP_WORKING_MEM);
  }
}
