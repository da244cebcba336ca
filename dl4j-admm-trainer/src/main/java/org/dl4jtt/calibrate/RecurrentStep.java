package org.dl4jtt.calibrate;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.util.TimeSeriesUtils;
import org.dl4jtt.layers.convert.WeightShape;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An LSTM or its kin, in whatever wrappers. DL4J does not show the gradients at the gates, so the
 * working copy's layer has one more input for each, always zero, with weight 1 to that gate alone:
 * the gradient at such an input is the one at its gate.
 */
final class RecurrentStep extends LayerStep implements LinearStep {

  /**
   * One direction of the layer.
   *
   * @param prefix of its parameters in the layer: empty, "f" or "b"
   * @param alone the recurrent layer by itself, without the additional inputs: gives its states
   * @param weights the names of its weights that are watched
   */
  record Direction(String prefix, Layer alone, Set<String> weights) {
    boolean isBackward() {
      return prefix.equals("b");
    }
  }

  /**
   * The form of the layer.
   *
   * @param weights the layer's, with their shapes
   * @param inputs its own inputs
   * @param gates the numbers that W gives
   * @param axis of the features: 1, or 2 if time comes first
   * @param maskingValue inputs of this value alone are no step; null if there is no such wrapper
   */
  record Form(
      Map<String, WeightShape> weights,
      int inputs,
      int gates,
      int axis,
      @Nullable Double maskingValue) {}

  private final Form form;
  private final List<Direction> directions;
  private @Nullable INDArray x;
  private @Nullable INDArray mask;

  /**
   * The mask that the layer heeds: DL4J's recurrent layers are given masks, but may ignore them.
   */
  private @Nullable INDArray applied;

  private @Nullable INDArray gradient;

  RecurrentStep(LayerVertex vertex, Form form, List<Direction> directions) {
    super(vertex);
    this.form = form;
    this.directions = directions;
  }

  @Override
  INDArray activate(INDArray input, @Nullable INDArray given) {
    x = input;
    mask = form.maskingValue() == null ? given : shown(input, form.maskingValue());
    gradient = null;
    INDArray states = super.activate(augmented(input), given);
    applied = layer().getMaskArray();
    return states;
  }

  /** 1 where a step holds anything but the masking value. */
  private INDArray shown(INDArray input, double value) {
    INDArray same = input.eq(value).castTo(input.dataType()).sum(form.axis());
    return same.neq(input.size(form.axis())).castTo(input.dataType());
  }

  private INDArray augmented(INDArray input) {
    long[] shape = input.shape().clone();
    shape[form.axis()] = (long) form.gates() * directions.size();
    INDArray zeros = Nd4j.zeros(input.dataType(), shape);
    INDArray steps = mask;
    if (form.maskingValue() != null && form.maskingValue() != 0 && steps != null) {
      // A hidden step must hold nothing but that value.
      INDArray value = steps.rsub(1).muli(form.maskingValue());
      org.nd4j.linalg.factory.Broadcast.add(zeros, value, zeros, 0, form.axis() == 1 ? 2 : 1);
    }
    return Nd4j.concat(form.axis(), input, zeros);
  }

  @Override
  INDArray passBack(@Nullable INDArray epsilon) {
    INDArray passed =
        Objects.requireNonNull(super.passBack(epsilon), "a recurrent layer passes gradients on");
    gradient = part(passed, form.inputs(), passed.size(form.axis()));
    return part(passed, 0, form.inputs());
  }

  private INDArray part(INDArray array, long from, long to) {
    return (form.axis() == 1
            ? array.get(all(), interval(from, to), all())
            : array.get(all(), all(), interval(from, to)))
        .dup('c');
  }

  @Override
  public Map<String, WeightShape> weights() {
    return form.weights();
  }

  @Override
  public boolean hasBias() {
    return true; // every recurrent layer of DL4J has one
  }

  @Override
  public List<Seen> seen() {
    INDArray input = Objects.requireNonNull(x, "the inputs of a layer that has not run");
    List<Seen> seen = new ArrayList<>();
    for (int d = 0; d < directions.size(); d++) {
      Direction direction = directions.get(d);
      Rows gradients = null;
      if (gradient != null) {
        INDArray gates = part(gradient, (long) d * form.gates(), (d + 1L) * form.gates());
        gradients = Rows.of(gates, form.axis(), null);
      }
      if (direction.weights().contains("W")) {
        RowSource rows = RowSource.of(Rows.of(input, form.axis(), hides(direction)));
        seen.add(new Seen(direction.prefix() + "W", rows, gradients));
      }
      if (direction.weights().contains("RW")) {
        seen.add(new Seen(direction.prefix() + "RW", states(input, direction), gradients));
      }
    }
    return seen;
  }

  /** Backwards, hidden steps come first: unless the layer itself hides them, they count. */
  private @Nullable INDArray hides(Direction direction) {
    return direction.isBackward() ? applied : mask;
  }

  /** The state before each step. */
  private RowSource states(INDArray input, Direction direction) {
    INDArray steps = input.dup();
    INDArray hidden = applied;
    if (direction.isBackward()) {
      INDArray ncw = form.axis() == 1 ? steps : steps.permute(0, 2, 1);
      INDArray turned = reversed(ncw);
      steps = form.axis() == 1 ? turned : turned.permute(0, 2, 1).dup();
      hidden =
          hidden == null
              ? null
              : TimeSeriesUtils.reverseTimeSeriesMask(
                  hidden, Scratch.arrays(), ArrayType.FF_WORKING_MEM);
    }
    direction.alone().setMaskArray(hidden);
    direction.alone().setInput(steps, Scratch.arrays());
    INDArray states = Scratch.run(manager -> direction.alone().activate(false, manager));
    INDArray ncw = Rows.previous(form.axis() == 1 ? states : states.permute(0, 2, 1));
    direction.alone().clear();
    return RowSource.of(Rows.of(direction.isBackward() ? reversed(ncw) : ncw, 1, hides(direction)));
  }

  private static INDArray reversed(INDArray ncw) {
    return TimeSeriesUtils.reverseTimeSeries(ncw, Scratch.arrays(), ArrayType.FF_WORKING_MEM);
  }

  @Override
  public INDArray get(String parameter) {
    Direction direction = direction(parameter);
    return direction.alone().getParam(own(parameter, direction)).dup();
  }

  @Override
  public void set(String parameter, INDArray value) {
    Direction direction = direction(parameter);
    String own = own(parameter, direction);
    INDArray alone = direction.alone().getParam(own);
    INDArray cast = value.castTo(alone.dataType()).reshape(alone.shape());
    alone.assign(cast);
    INDArray working = layer().getParam(parameter);
    if (own.equals("W")) {
      working.get(interval(0, form.inputs()), all()).assign(cast);
    } else {
      working.assign(cast);
    }
  }

  private Direction direction(String parameter) {
    return directions.stream()
        .filter(direction -> parameter.startsWith(direction.prefix()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException("layer " + name() + " has no parameter " + parameter));
  }

  private static String own(String parameter, Direction direction) {
    return parameter.substring(direction.prefix().length());
  }
}
