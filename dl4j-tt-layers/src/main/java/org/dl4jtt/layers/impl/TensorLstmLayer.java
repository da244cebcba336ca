package org.dl4jtt.layers.impl;

import static java.util.Objects.requireNonNull;
import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.recurrent.BaseRecurrentLayer;
import org.deeplearning4j.nn.layers.recurrent.LSTM;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.contraction.MatrixContraction;
import org.dl4jtt.contraction.Tape;
import org.dl4jtt.layers.LstmCoreParamInitializer;
import org.dl4jtt.layers.TensorLSTM;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The running layer of {@link TensorLSTM}: all input products in one contraction, then the
 * recurrence of {@link LstmCell}; backwards the other way round.
 *
 * <pre>
 *   rows X [T·N, nIn] ─ cores, + b ─> [T·N, 4n] ─> steps Z [N, 4n·T] ─ LstmCell, RW ─> H [N, n·T]
 * </pre>
 *
 * <p>A training pass keeps what its backward pass needs: that of a truncated segment, too, goes
 * back through the forward pass that the segment had, from the state it started in.
 */
public final class TensorLstmLayer extends BaseRecurrentLayer<TensorLSTM> {
  private final transient MatrixContraction contraction;
  private final transient TensorForm form;
  private final transient @Nullable TensorForm recurrentForm;

  /** What the last training pass left for its backward pass. */
  private transient @Nullable Pass kept;

  /** Where the last pass started: a backward pass without a kept forward pass repeats it. */
  private transient LstmCell.@Nullable State start;

  /**
   * @param rowOrder how the rows are ordered, see {@link Sequences}
   * @param recurrent RW
   */
  private record Pass(
      INDArray rows, char rowOrder, Tape tape, LstmCell.Trace trace, INDArray recurrent) {}

  /** For {@link TensorLSTM#instantiate}. */
  public TensorLstmLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    this.form = requireNonNull(layerConf().getForm()); // its parameters have been made
    this.recurrentForm = layerConf().getRecurrentForm();
    this.contraction = MatrixContraction.of(form);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
    return run(null, training, workspaceMgr).getFirst();
  }

  @Override
  public INDArray rnnTimeStep(INDArray input, LayerWorkspaceMgr workspaceMgr) {
    setInput(input, workspaceMgr);
    Pair<INDArray, LstmCell.Trace> pass = run(stored(stateMap), false, workspaceMgr);
    store(pass.getSecond(), stateMap);
    return pass.getFirst();
  }

  @Override
  public INDArray rnnActivateUsingStoredState(
      INDArray input, boolean training, boolean storeLastForTbptt, LayerWorkspaceMgr workspaceMgr) {
    setInput(input, workspaceMgr);
    Pair<INDArray, LstmCell.Trace> pass = run(stored(tBpttStateMap), training, workspaceMgr);
    if (storeLastForTbptt) {
      store(pass.getSecond(), tBpttStateMap);
    }
    return pass.getFirst();
  }

  private Pair<INDArray, LstmCell.Trace> run(
      LstmCell.@Nullable State from, boolean training, LayerWorkspaceMgr workspace) {
    assertInputSet(false);
    checkInput(from);
    applyDropOutIfNecessary(training, workspace);
    start = from;
    ArrayType intermediate = training ? ArrayType.ACTIVATIONS : ArrayType.FF_WORKING_MEM;
    Pass pass = forward(training, intermediate, ArrayType.ACTIVATIONS, workspace);
    kept = training ? pass : null;
    INDArray h = pass.trace().output();
    if (training) {
      // The next layer may work in place on what it is given.
      INDArray copy =
          workspace.createUninitialized(ArrayType.ACTIVATIONS, dataType, h.shape(), 'f');
      h = copy.assign(h);
    }
    return new Pair<>(permuteIfNWC(Sequences.ofSteps(h, layerConf().getNOut())), pass.trace());
  }

  private Pass forward(
      boolean training, ArrayType intermediate, ArrayType output, LayerWorkspaceMgr workspace) {
    INDArray x = permuteIfNWC(input);
    long examples = x.size(0);
    long steps = x.size(2);
    long n = layerConf().getNOut();
    char order = Sequences.rowOrder(x, dataType);
    INDArray rows = Sequences.rows(x, order, intermediate, dataType, workspace);
    INDArray products =
        workspace.createUninitialized(
            intermediate,
            dataType,
            new long[] {rows.size(0), 4 * n},
            MatrixContraction.orderFor(rows));
    Tape tape =
        contraction.forward(
            cores(training, workspace),
            rows,
            products,
            training,
            CoreLayer.scratch(intermediate, workspace));
    products.addiRowVector(getParamWithNoise(LstmCoreParamInitializer.BIAS, training, workspace));
    INDArray z =
        Sequences.steps(
            Sequences.ofRows(products, order, examples), intermediate, dataType, workspace);
    long[] shape = {examples, n * steps};
    LstmCell.Trace trace =
        new LstmCell.Trace(
            z,
            training ? workspace.createUninitialized(intermediate, dataType, z.shape(), 'f') : z,
            workspace.createUninitialized(intermediate, dataType, shape, 'f'),
            workspace.createUninitialized(intermediate, dataType, shape, 'f'),
            workspace.createUninitialized(output, dataType, shape, 'f'),
            start,
            mask(intermediate, workspace));
    INDArray recurrent = recurrentWeights(training, intermediate, workspace);
    cell().forward(trace, recurrent, training);
    return new Pass(rows, order, tape, trace, recurrent);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    return backward(epsilon, 0, workspaceMgr);
  }

  @Override
  public Pair<Gradient, INDArray> tbpttBackpropGradient(
      INDArray epsilon, int tbpttBackLength, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(true);
    int steps = (int) permuteIfNWC(input).size(2);
    if (kept == null) {
      start = stored(stateMap);
    }
    return backward(epsilon, Math.max(0, steps - tbpttBackLength), workspaceMgr);
  }

  private Pair<Gradient, INDArray> backward(
      INDArray epsilon, int first, LayerWorkspaceMgr workspace) {
    assertInputSet(true);
    Pass pass = kept;
    if (pass == null) {
      applyDropOutIfNecessary(true, workspace);
      pass = forward(true, ArrayType.BP_WORKING_MEM, ArrayType.BP_WORKING_MEM, workspace);
    }
    kept = null;
    LstmCell.Trace trace = pass.trace();
    long n = layerConf().getNOut();
    long examples = trace.output().size(0);
    INDArray dh =
        Sequences.steps(permuteIfNWC(epsilon), ArrayType.BP_WORKING_MEM, dataType, workspace);
    INDArray[] scratch = new INDArray[2];
    for (int k = 0; k < scratch.length; k++) {
      scratch[k] =
          workspace.createUninitialized(
              ArrayType.BP_WORKING_MEM, dataType, new long[] {examples, n}, 'f');
    }
    cell().backward(trace, dh, pass.recurrent(), first, scratch);

    INDArray dz =
        Sequences.rows(
            Sequences.ofSteps(trace.z(), 4 * n),
            pass.rowOrder(),
            ArrayType.BP_WORKING_MEM,
            dataType,
            workspace);
    INDArray dx =
        workspace.createUninitialized(
            ArrayType.ACTIVATION_GRAD,
            dataType,
            pass.rows().shape(),
            MatrixContraction.orderFor(pass.rows()));
    contraction.backward(
        cores(true, workspace),
        pass.rows(),
        dz,
        pass.tape(),
        gradients(LstmCoreParamInitializer.inputCoreNames(form.order())),
        dx,
        CoreLayer.scratch(ArrayType.BP_WORKING_MEM, workspace));
    recurrentGradient(pass, dz, workspace);
    biasGradient(dz, workspace);

    Gradient gradient = new DefaultGradient();
    gradientViews.forEach((name, view) -> gradient.setGradientFor(name, view, view.ordering()));
    weightNoiseParams.clear();
    INDArray epsilonNext = permuteIfNWC(Sequences.ofRows(dx, pass.rowOrder(), examples));
    return new Pair<>(gradient, backpropDropOutIfPresent(epsilonNext));
  }

  /** {@code dRW = Σ h_{t-1}ᵀ dz_t}: one product of all steps. */
  private void recurrentGradient(Pass pass, INDArray dz, LayerWorkspaceMgr workspace) {
    LstmCell.Trace trace = pass.trace();
    long n = layerConf().getNOut();
    long examples = trace.output().size(0);
    long steps = trace.output().size(1) / n;
    INDArray before =
        workspace.createUninitialized(
            ArrayType.BP_WORKING_MEM, dataType, new long[] {examples, steps, n}, pass.rowOrder());
    INDArray first = before.get(NDArrayIndex.all(), NDArrayIndex.point(0), NDArrayIndex.all());
    LstmCell.State from = trace.start();
    if (from == null) {
      first.assign(0);
    } else {
      first.assign(from.output());
    }
    if (steps > 1) {
      INDArray h = Sequences.ofSteps(trace.output(), n).permute(0, 2, 1); // [N, T, n]
      before
          .get(NDArrayIndex.all(), NDArrayIndex.interval(1, steps), NDArrayIndex.all())
          .assign(
              h.get(NDArrayIndex.all(), NDArrayIndex.interval(0, steps - 1), NDArrayIndex.all()));
    }
    INDArray rows = before.reshape(pass.rowOrder(), new long[] {examples * steps, n});
    TensorForm factors = recurrentForm;
    if (factors == null) {
      INDArray gradient = gradientViews.get(LstmCoreParamInitializer.RECURRENT_WEIGHT);
      Nd4j.gemm(rows, dz, gradient, true, false, 1, 0);
    } else {
      INDArray full =
          workspace.createUninitialized(
              ArrayType.BP_WORKING_MEM, dataType, new long[] {n, 4 * n}, 'f');
      Nd4j.gemm(rows, dz, full, true, false, 1, 0);
      new CoreMatrix(factors)
          .gradient(
              recurrentCores(factors, true, workspace),
              full,
              gradients(LstmCoreParamInitializer.recurrentCoreNames(factors.order())));
    }
  }

  /** Column sums, as a product with a row of ones: faster than DL4J's {@code sum}. */
  private void biasGradient(INDArray dz, LayerWorkspaceMgr workspace) {
    INDArray ones =
        workspace
            .createUninitialized(
                ArrayType.BP_WORKING_MEM, dataType, new long[] {1, dz.size(0)}, 'c')
            .assign(1);
    INDArray gradient = requireNonNull(gradientViews.get(LstmCoreParamInitializer.BIAS));
    Nd4j.gemm(
        ones, dz, gradient.reshape('c', new long[] {1, gradient.length()}), false, false, 1, 0);
  }

  private INDArray recurrentWeights(boolean training, ArrayType type, LayerWorkspaceMgr workspace) {
    TensorForm factors = recurrentForm;
    if (factors == null) {
      return getParamWithNoise(LstmCoreParamInitializer.RECURRENT_WEIGHT, training, workspace);
    }
    INDArray full = new CoreMatrix(factors).full(recurrentCores(factors, training, workspace));
    INDArray out = workspace.createUninitialized(type, dataType, full.shape(), 'f');
    return out.assign(full);
  }

  private @Nullable INDArray mask(ArrayType type, LayerWorkspaceMgr workspace) {
    if (maskArray == null || maskArray.dataType() == dataType) {
      return maskArray;
    }
    return workspace.createUninitialized(type, dataType, maskArray.shape(), 'f').assign(maskArray);
  }

  private List<INDArray> cores(boolean training, LayerWorkspaceMgr workspace) {
    return parameters(LstmCoreParamInitializer.inputCoreNames(form.order()), training, workspace);
  }

  private List<INDArray> recurrentCores(
      TensorForm factors, boolean training, LayerWorkspaceMgr workspace) {
    return parameters(
        LstmCoreParamInitializer.recurrentCoreNames(factors.order()), training, workspace);
  }

  private List<INDArray> parameters(
      List<String> names, boolean training, LayerWorkspaceMgr workspace) {
    return names.stream().map(name -> getParamWithNoise(name, training, workspace)).toList();
  }

  private List<INDArray> gradients(List<String> names) {
    return names.stream().map(gradientViews::get).toList();
  }

  private LstmCell cell() {
    return new LstmCell(
        (int) layerConf().getNOut(),
        layerConf().getActivationFn(),
        layerConf().getGateActivationFn());
  }

  private void checkInput(LstmCell.@Nullable State from) {
    long[] shape = input.shape();
    argument(
        shape.length == 3 && permuteIfNWC(input).size(1) == layerConf().getNIn(),
        "%s takes input [batch, %d, time] (%s), got %s",
        layerId(),
        layerConf().getNIn(),
        getDataFormat(),
        Arrays.toString(shape));
    argument(
        from == null || from.output().size(0) == shape[0],
        "%s: the stored state is of %d sequences, the input of %d; call rnnClearPreviousState() between batches",
        layerId(),
        from == null ? 0 : from.output().size(0),
        shape[0]);
  }

  private static LstmCell.@Nullable State stored(Map<String, INDArray> map) {
    INDArray output = map.get(LSTM.STATE_KEY_PREV_ACTIVATION);
    INDArray memory = map.get(LSTM.STATE_KEY_PREV_MEMCELL);
    return output == null || memory == null ? null : new LstmCell.State(output, memory);
  }

  /** Copies the last step's state out of the workspaces, under DL4J's names. */
  @SuppressWarnings("try") // the scope is only opened and closed
  private void store(LstmCell.Trace trace, Map<String, INDArray> map) {
    long n = layerConf().getNOut();
    long end = trace.output().size(1);
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      map.put(LSTM.STATE_KEY_PREV_ACTIVATION, last(trace.output(), end, n));
      map.put(LSTM.STATE_KEY_PREV_MEMCELL, last(trace.memory(), end, n));
    }
  }

  private static INDArray last(INDArray steps, long end, long n) {
    return steps.get(NDArrayIndex.all(), NDArrayIndex.interval(end - n, end)).dup('f');
  }

  @Override
  public void setParams(INDArray newParams) {
    if (newParams != paramsFlattened) {
      paramsFlattened.assign(newParams.reshape(paramsFlattened.shape()));
    }
  }

  @Override
  public Gradient gradient() {
    throw new UnsupportedOperationException("Layerwise pretraining is not supported " + layerId());
  }

  @Override
  public Type type() {
    return Type.RECURRENT;
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  /** As DL4J's LSTM: a mask passes through, and only wrappers set it on the layer. */
  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray mask, MaskState currentMaskState, int minibatchSize) {
    return new Pair<>(mask, MaskState.Passthrough);
  }

  @Override
  public void clear() {
    super.clear();
    kept = null;
    start = null;
  }
}
