package org.dl4jtt.layers;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.layers.LstmCoreParamInitializer.GATES;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.layers.recurrent.LSTMHelpers;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.dl4jtt.layers.impl.TensorLstmLayer;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What {@link TTLSTM} and {@link TRLSTM} share: all but the name and the kind of ranks.
 *
 * <p>The gradients are those of the score that the network reports. In two places DL4J's LSTM, as
 * M2.1's networks run it, has others: from the second segment of truncated back-propagation on, its
 * backward pass starts from zeros where its forward pass started from the state of the segment
 * before; and it leaves the mask out of the backward pass, which matters for padding in front of a
 * sequence. Elsewhere a network trains as with DL4J's LSTM.
 */
public abstract class TensorLSTM extends AbstractLSTM implements TensorLayer {
  private @Nullable TensorForm form;
  private @Nullable TensorForm recurrentForm;

  /** What the builder was asked for; not saved: a saved layer has its forms. */
  private transient @Nullable TensorRequest request;

  private transient @Nullable TensorRequest recurrentRequest;

  /** For JSON. */
  protected TensorLSTM() {}

  /** From a builder. */
  protected TensorLSTM(Builder<?> builder) {
    super(builder);
    this.request = builder.request;
    this.recurrentRequest = builder.recurrentRequest;
    this.nIn = request.inputs(nIn);
    if (nOut <= 0) {
      long outputs = request.outputs(0); // a form has those of all gates, outputModes of one
      this.nOut = request.form() == null ? outputs : outputs / GATES;
    }
    resolve();
    initializeConstraints(builder);
    constrain(
        builder.getInputWeightConstraints(), LstmCoreParamInitializer.inputCoreNames(order()));
    constrain(builder.getRecurrentConstraints(), LstmCoreParamInitializer.recurrentKeys(this));
  }

  private void constrain(@Nullable List<LayerConstraint> added, List<String> names) {
    if (added == null) {
      return;
    }
    List<LayerConstraint> all =
        constraints == null ? new ArrayList<>() : new ArrayList<>(constraints);
    for (LayerConstraint constraint : added) {
      LayerConstraint copy = constraint.clone();
      copy.setParams(new HashSet<>(names));
      all.add(copy);
    }
    constraints = all;
  }

  /** Scheme, modes and ranks of the input-to-hidden weights {@code [nIn, 4 nOut]}. */
  @Override
  public @Nullable TensorForm getForm() {
    return form;
  }

  /** For JSON. */
  public void setForm(@Nullable TensorForm form) {
    this.form = form;
  }

  /** The same of the hidden-to-hidden weights {@code [nOut, 4 nOut]}; null while they are dense. */
  public @Nullable TensorForm getRecurrentForm() {
    return recurrentForm;
  }

  /** For JSON. */
  public void setRecurrentForm(@Nullable TensorForm recurrentForm) {
    this.recurrentForm = recurrentForm;
  }

  @Override
  public boolean hasBias() {
    return true;
  }

  @Override
  public int order() {
    return TensorRequest.order(form, request, false);
  }

  /** The number of cores of the hidden-to-hidden weights, 0 if they are dense. */
  int recurrentOrder() {
    return TensorRequest.order(recurrentForm, recurrentRequest, false);
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    super.setNIn(inputType, override);
    resolve();
  }

  private void resolve() {
    if (request != null && nIn > 0 && nOut > 0) {
      form = resolve(request, nIn);
    }
    if (recurrentRequest != null && nOut > 0) {
      recurrentForm = resolve(recurrentRequest, nOut);
    }
  }

  /** DL4J keeps the gates slowest in the output index, so they fold into the first output mode. */
  private TensorForm resolve(TensorRequest asked, long inputs) {
    TensorRequest folded = asked;
    if (!asked.outputModes().isEmpty()) {
      List<Integer> modes = new ArrayList<>(asked.outputModes());
      long product = modes.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
      argument(
          product == nOut,
          "layer '%s': outputModes %s = %d but nOut = %d; the product of outputModes must equal nOut"
              + " (the layer folds the four gates into the first of them)",
          getLayerName(),
          Tensorization.times(modes),
          product,
          nOut);
      modes.set(0, GATES * modes.get(0));
      folded = asked.withOutputModes(modes);
    }
    return folded.resolve(getLayerName(), (int) (GATES * nOut), List.of(), (int) inputs);
  }

  /** TransferLearning's nOutReplace and nInReplace set the sizes of any layer, and no more. */
  private void verify(TensorForm resolved, String name, long inputs) {
    Tensorization t = resolved.tensorization();
    argument(
        t.inputs() == inputs && t.outputs() == GATES * nOut,
        "layer '%s': its %s is %s, that is %d inputs and %d outputs, but it has %d inputs and 4 gates"
            + " of nOut = %d; give the new layer modes that fit",
        getLayerName(),
        name,
        t,
        t.inputs(),
        t.outputs(),
        inputs,
        nOut);
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType dataType) {
    Map<String, INDArray> params = initializer().init(conf, paramsView, initializeParams);
    verify(Objects.requireNonNull(form), "form", nIn); // init has checked that there is one
    if (recurrentForm != null) {
      verify(recurrentForm, "recurrentForm", nOut);
    }
    return RunningLayer.of(
        new TensorLstmLayer(conf, dataType), listeners, index, paramsView, params);
  }

  @Override
  public ParamInitializer initializer() {
    return LstmCoreParamInitializer.getInstance();
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    return LSTMHelpers.getMemoryReport(this, inputType);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TensorLSTM that
        && super.equals(other)
        && Objects.equals(form, that.form)
        && Objects.equals(recurrentForm, that.recurrentForm);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), form, recurrentForm);
  }

  @Override
  public String toString() {
    return TensorDescription.of(this, form, request, nIn, nOut)
        + (recurrentForm == null ? "" : " recurrent " + recurrentForm);
  }

  /**
   * What the builders share. The modes of the inherited calls are those of the input-to-hidden
   * weights, with {@code outputModes} those of one gate: their product is nOut.
   *
   * @param <T> the builder itself
   */
  public abstract static class Builder<T extends Builder<T>> extends AbstractLSTM.Builder<T>
      implements TensorBuilder<T> {
    private final TensorRequest nothing;
    private TensorRequest request;
    private @Nullable TensorRequest recurrentRequest;

    /** Starts from nothing asked for. */
    protected Builder(TensorRequest request) {
      this.nothing = request;
      this.request = request;
    }

    @Override
    @SuppressWarnings("unchecked")
    public T request(UnaryOperator<TensorRequest> change) {
      request = change.apply(request);
      return (T) this;
    }

    /**
     * Factorises the hidden-to-hidden weights as well, with these ranks; by default they are dense,
     * because compressing them costs accuracy. Numbers as in {@code ranks}.
     */
    public T recurrentRanks(int... ranks) {
      return recurrent(r -> r.withRanks(list(ranks)));
    }

    /** Modes of the hidden units as inputs of the factorised hidden-to-hidden weights. */
    public T recurrentInputModes(int... modes) {
      return recurrent(r -> r.withInputModes(list(modes)));
    }

    /** Modes of the hidden units as outputs, of one gate, of the same. */
    public T recurrentOutputModes(int... modes) {
      return recurrent(r -> r.withOutputModes(list(modes)));
    }

    /**
     * Scheme, modes and ranks of the hidden-to-hidden weights {@code [nOut, 4 nOut]}, as they are.
     */
    public T recurrentForm(TensorForm form) {
      return recurrent(r -> r.withForm(form));
    }

    @SuppressWarnings("unchecked")
    private T recurrent(UnaryOperator<TensorRequest> change) {
      recurrentRequest = change.apply(recurrentRequest == null ? nothing : recurrentRequest);
      return (T) this;
    }

    private static List<Integer> list(int[] values) {
      return Arrays.stream(values).boxed().toList();
    }
  }
}
