package org.dl4jtt.calibrate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.constraint.LayerForm;
import org.dl4jtt.internal.Detached;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.Metric;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.Tensorization;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Converts the weights of a network one after the other, in the order of computation, each on what
 * the layers before it have become:
 *
 * <pre>
 *   x the dense network's inputs, x~ those of the network as converted so far
 *   W* = (W cov(x, x~) + ε W) (cov(x~) + ε I)⁻¹          what is linear is regressed on x~
 *   W' near to W* in the norm of (H, cov(x~))
 *   b' = b + W mean(x) − W' mean(x~)                     where there is a bias
 *   mean and variance of a batch norm follow those of what enters it
 * </pre>
 *
 * <p>So errors of earlier layers are mended by later ones. Both networks run layer by layer on all
 * examples; activations are kept until their last reader has run.
 */
public final class SequentialConversion {
  private final Calibration calibration;
  private final Map<WeightName, LayerForm> forms;
  private final WorkingCopy dense;
  private final WorkingCopy small;
  private final List<MultiDataSet> batches;

  /** Of every batch what a step gave; the same list in both where nothing was converted before. */
  private final Map<String, List<INDArray>> denseOutputs = new HashMap<>();

  private final Map<String, List<INDArray>> smallOutputs = new HashMap<>();
  private final Map<WeightName, FactoredWeight> factors = new LinkedHashMap<>();
  private final Map<String, Map<String, INDArray>> parameters = new LinkedHashMap<>();

  /**
   * What a conversion gives.
   *
   * @param factors the weights as cores
   * @param parameters by layer, then by name, all other parameters that changed: biases, and
   *     running statistics of batch norms
   */
  public record Result(
      Map<WeightName, FactoredWeight> factors, Map<String, Map<String, INDArray>> parameters) {}

  private SequentialConversion(
      Model network, Map<WeightName, LayerForm> forms, Calibration calibration) {
    this.calibration = calibration;
    this.forms = forms;
    dense = WorkingCopy.of(network);
    small = WorkingCopy.of(network);
    batches = calibration.data().batches();
  }

  /**
   * Converts.
   *
   * @param network only read
   * @param forms the weights to convert, and how
   * @param calibration of this network
   * @throws IllegalArgumentException if the calibration is of another network, or a weight holds
   *     NaN
   */
  public static Result of(
      Model network, Map<WeightName, LayerForm> forms, Calibration calibration) {
    calibration.checkFits(network);
    try {
      return Detached.compute(() -> new SequentialConversion(network, forms, calibration).run());
    } finally {
      Scratch.free();
    }
  }

  private Result run() {
    for (int i = 0; i < dense.inputs(); i++) {
      int input = i;
      List<INDArray> features = batches.stream().map(b -> b.getFeatures(input)).toList();
      denseOutputs.put(dense.inputNames().get(i), features);
      smallOutputs.put(dense.inputNames().get(i), features);
    }
    List<Step> steps = dense.steps();
    Map<String, Integer> readers = readers();
    for (int k = 0; k < steps.size(); k++) {
      Step before = steps.get(k);
      Step now = small.steps().get(k);
      boolean converted =
          before instanceof LinearStep && convert((LayerStep) before, (LayerStep) now);
      if (isDirty(before) && before instanceof NormStep norm) {
        follow(norm, (NormStep) now);
      }
      run(before, now, converted || isDirty(before));
      dense.sources(before).forEach(source -> release(source, readers));
      calibration.listener().progress("conversion", k + 1, steps.size());
    }
    return new Result(Map.copyOf(factors), Map.copyOf(parameters));
  }

  private Map<String, Integer> readers() {
    Map<String, Integer> readers = new HashMap<>();
    for (Step step : dense.steps()) {
      dense.sources(step).forEach(source -> readers.merge(source, 1, Integer::sum));
    }
    return readers;
  }

  private void release(String source, Map<String, Integer> readers) {
    if (readers.merge(source, -1, Integer::sum) == 0) {
      denseOutputs.remove(source);
      smallOutputs.remove(source);
    }
  }

  /** True if an input differs between the networks. */
  private boolean isDirty(Step step) {
    return dense.sources(step).stream()
        .anyMatch(source -> denseOutputs.get(source) != smallOutputs.get(source));
  }

  private void run(Step before, Step now, boolean dirty) {
    List<INDArray> outputs = outputs(dense, before, denseOutputs);
    denseOutputs.put(before.name(), outputs);
    smallOutputs.put(before.name(), dirty ? outputs(small, now, smallOutputs) : outputs);
  }

  private List<INDArray> outputs(
      WorkingCopy copy, Step step, Map<String, List<INDArray>> activations) {
    List<INDArray> outputs = new ArrayList<>();
    for (int b = 0; b < batches.size(); b++) {
      int batch = b;
      MemoryWorkspace scratch = Scratch.pass();
      try {
        Map<String, INDArray> masks = copy.begin(batches.get(b));
        INDArray[] inputs =
            copy.sources(step).stream()
                .map(source -> Objects.requireNonNull(activations.get(source)).get(batch))
                .toArray(INDArray[]::new);
        outputs.add(step.forward(masks.get(step.name()), inputs).detach());
        step.clear();
      } finally {
        scratch.close();
      }
    }
    return outputs;
  }

  /** Has a batch norm's statistics follow what enters it. */
  private void follow(NormStep before, NormStep now) {
    Sums entered = entering(dense, before, denseOutputs);
    parameters.put(now.name(), now.follow(entered, entering(small, now, smallOutputs)));
  }

  private Sums entering(WorkingCopy copy, NormStep norm, Map<String, List<INDArray>> activations) {
    Sums sums = null;
    for (int b = 0; b < batches.size(); b++) {
      MemoryWorkspace scratch = Scratch.pass();
      try {
        look(copy, norm, activations, b);
        Rows entering = norm.entering();
        if (sums == null) {
          sums = Detached.compute(() -> new Sums(entering.values().size(1), true));
        }
        sums.add(entering);
      } finally {
        scratch.close();
      }
    }
    return Objects.requireNonNull(sums);
  }

  private void look(
      WorkingCopy copy, LayerStep step, Map<String, List<INDArray>> activations, int batch) {
    Map<String, INDArray> masks = copy.begin(batches.get(batch));
    String source = copy.sources(step).get(0);
    step.look(masks.get(step.name()), Objects.requireNonNull(activations.get(source)).get(batch));
  }

  /** Converts the planned weights of a layer, one after the other; false if there are none. */
  private boolean convert(LayerStep before, LayerStep now) {
    LinearStep linear = (LinearStep) before;
    boolean changed = false;
    for (Map.Entry<String, WeightShape> weight : linear.weights().entrySet()) {
      WeightName name = new WeightName(before.name(), weight.getKey());
      LayerForm form = forms.get(name);
      if (form != null) {
        convert(name, weight.getValue(), form, before, now);
        changed = true;
      }
    }
    return changed;
  }

  private void convert(
      WeightName name, WeightShape shape, LayerForm form, LayerStep before, LayerStep now) {
    Metric known = calibration.metric(name.layer(), name.parameter()).orElse(Metric.none());
    INDArray parameter = ((LinearStep) before).get(name.parameter());
    Pairs pairs = pairs(name, shape, before, now);
    boolean centred = calibration.isCentred(name);
    Metric metric = known;
    INDArray target = parameter;
    if (pairs != null) {
      Sums inputs = pairs.now();
      metric =
          centred
              ? known.withCentredInputs(inputs.products(), inputs.sum(), inputs.count())
              : known.withInputs(inputs.products(), inputs.count());
      boolean regress = isDirty(before) || convertedBefore(name); // else x~ is x
      if (regress) {
        target = metric.regressed(parameter, pairs.cross(centred));
      }
    }
    FactoredWeight factored = factored(name, form, target, metric);
    INDArray product = factored.toParameter();
    ((LinearStep) now).set(name.parameter(), product);
    if (pairs != null && ((LinearStep) now).hasBias()) {
      correctBias(name, shape, parameter, product, pairs, now);
    }
    factors.put(name, factored);
  }

  /**
   * True if another weight of the layer is converted: a recurrent layer's states are others then.
   */
  private boolean convertedBefore(WeightName name) {
    return factors.keySet().stream().anyMatch(other -> other.layer().equals(name.layer()));
  }

  private static FactoredWeight factored(
      WeightName name, LayerForm form, INDArray target, Metric metric) {
    try {
      return form.factor(target, metric);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  private @Nullable Pairs pairs(
      WeightName name, WeightShape shape, LayerStep before, LayerStep now) {
    Pairs pairs = new Pairs(shape, calibration.largestMoment());
    for (int b = 0; b < batches.size(); b++) {
      MemoryWorkspace scratch = Scratch.pass();
      try {
        look(dense, before, denseOutputs, b);
        look(small, now, smallOutputs, b);
        RowSource x = inputs((LinearStep) before, name.parameter());
        if (x.isOneHot()) {
          return null;
        }
        pairs.add(x, inputs((LinearStep) now, name.parameter()));
        before.clear();
        now.clear();
      } finally {
        scratch.close();
      }
    }
    return pairs;
  }

  private static RowSource inputs(LinearStep step, String parameter) {
    return step.seen().stream()
        .filter(seen -> seen.parameter().equals(parameter))
        .findFirst()
        .orElseThrow()
        .inputs();
  }

  private void correctBias(
      WeightName name,
      WeightShape shape,
      INDArray parameter,
      INDArray product,
      Pairs pairs,
      LayerStep now) {
    String direction = name.parameter().replaceFirst("R?W$", "");
    LinearStep linear = (LinearStep) now;
    INDArray bias = linear.get(direction + "b");
    INDArray shift =
        applied(parameter, shape, pairs.mean()).subi(applied(product, shape, pairs.now().mean()));
    INDArray corrected = bias.add(shift.castTo(bias.dataType()).reshape(bias.shape()));
    linear.set(direction + "b", corrected);
    parameters
        .computeIfAbsent(name.layer(), layer -> new LinkedHashMap<>())
        .put(direction + "b", corrected);
  }

  /** W m for the mean m of patches [P·I], or of channels [I]. */
  private static INDArray applied(INDArray parameter, WeightShape shape, INDArray mean) {
    Tensorization t =
        new Tensorization(
            Scheme.SEPARATED, List.of(shape.outputs()), shape.kernel(), List.of(shape.inputs()));
    INDArray w =
        t.toTensor(parameter).castTo(mean.dataType()).reshape('c', new long[] {-1, mean.length()});
    INDArray product = w.mmul(mean.reshape('c', new long[] {mean.length(), 1}));
    return product.reshape('c', new long[] {shape.outputs(), -1}).sum(1);
  }
}
