package org.dl4jtt.layers;

import static org.dl4jtt.tensor.Check.argument;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.dl4jtt.tensor.ModeFactorization;
import org.dl4jtt.tensor.RankBounds;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a builder was asked for, until the numbers of inputs and outputs turn it into a {@link
 * TensorForm}. Immutable.
 *
 * @param ring true: r₀ = r_d may exceed 1
 * @param scheme null: PAIRED for a matrix, SEPARATED for a kernel
 * @param outputModes m₁ … m_p; empty: chosen
 * @param inputModes n₁ … n_q; empty: chosen
 * @param autoModes into how many modes inputs and outputs are split; 0: {@value #MATRIX_MODES} for
 *     a matrix, {@value #KERNEL_MODES} for a kernel
 * @param ranks empty: from {@code targetWeights}
 * @param targetWeights share of the full weight's numbers that the cores may have; 0: not given
 * @param form if given it is all that counts
 */
public record TensorRequest(
    boolean ring,
    @Nullable Scheme scheme,
    List<Integer> outputModes,
    List<Integer> inputModes,
    int autoModes,
    List<Integer> ranks,
    double targetWeights,
    @Nullable TensorForm form) {

  private static final Logger log = LoggerFactory.getLogger(TensorRequest.class);

  private static final int MATRIX_MODES = 4;
  private static final int KERNEL_MODES = 1;
  private static final int MAX_MODES = 31;

  /** Checks what needs no numbers of inputs and outputs. */
  public TensorRequest {
    outputModes = List.copyOf(outputModes);
    inputModes = List.copyOf(inputModes);
    ranks = List.copyOf(ranks);
    argument(
        autoModes >= 0 && autoModes <= MAX_MODES,
        "autoModes is %d; split into 1 to %d modes",
        autoModes,
        MAX_MODES);
    argument(
        targetWeights >= 0 && targetWeights <= 1,
        "targetWeights is %s; it is the share of the full weights to keep, above 0 and at most 1",
        targetWeights);
    argument(
        ranks.isEmpty() || targetWeights == 0,
        "ranks %s and targetWeights %s were both given; give one of them",
        ranks,
        targetWeights);
    for (int rank : ranks) {
      argument(rank >= 1, "ranks %s has a rank of %d; every rank is 1 or more", ranks, rank);
    }
  }

  /** Nothing asked for yet, for a train. */
  public static TensorRequest train() {
    return new TensorRequest(false, null, List.of(), List.of(), 0, List.of(), 0, null);
  }

  /** Nothing asked for yet, for a ring. */
  public static TensorRequest forRing() {
    return new TensorRequest(true, null, List.of(), List.of(), 0, List.of(), 0, null);
  }

  TensorRequest withScheme(Scheme newScheme) {
    return new TensorRequest(
        ring, newScheme, outputModes, inputModes, autoModes, ranks, targetWeights, form);
  }

  TensorRequest withOutputModes(List<Integer> modes) {
    return new TensorRequest(
        ring, scheme, modes, inputModes, autoModes, ranks, targetWeights, form);
  }

  TensorRequest withInputModes(List<Integer> modes) {
    return new TensorRequest(
        ring, scheme, outputModes, modes, autoModes, ranks, targetWeights, form);
  }

  TensorRequest withAutoModes(int d) {
    argument(d >= 1, "autoModes is %d; split into 1 to %d modes", d, MAX_MODES);
    return new TensorRequest(ring, scheme, outputModes, inputModes, d, ranks, targetWeights, form);
  }

  TensorRequest withRanks(List<Integer> newRanks) {
    argument(!newRanks.isEmpty(), "ranks() is empty; give one number for every rank, or a list");
    return new TensorRequest(
        ring, scheme, outputModes, inputModes, autoModes, newRanks, targetWeights, form);
  }

  TensorRequest withTargetWeights(double ratio) {
    argument(
        ratio > 0 && ratio <= 1,
        "targetWeights is %s; it is the share of the full weights to keep, above 0 and at most 1",
        ratio);
    return new TensorRequest(ring, scheme, outputModes, inputModes, autoModes, ranks, ratio, form);
  }

  TensorRequest withForm(TensorForm newForm) {
    argument(
        ring || newForm.isTrain(),
        "a tensor train starts and ends with rank 1, got %s; use a tensor-ring layer",
        newForm.ranks());
    return new TensorRequest(
        ring, scheme, outputModes, inputModes, autoModes, ranks, targetWeights, newForm);
  }

  /**
   * The form for a weight of this size.
   *
   * @param layerName for messages
   * @param outputs M
   * @param kernel empty, or {kH, kW}
   * @param inputs N
   * @throws IllegalArgumentException if modes do not multiply to inputs and outputs, or neither
   *     ranks nor a target were given
   */
  public TensorForm resolve(
      @Nullable String layerName, int outputs, List<Integer> kernel, int inputs) {
    if (form != null) {
      verify(layerName, form, outputs, kernel, inputs);
      return form;
    }
    Tensorization tensorization = tensorization(layerName, outputs, kernel, inputs);
    if (ranks.isEmpty()) {
      argument(
          targetWeights > 0,
          "%s: neither ranks nor a target were given; call ranks(..), targetWeights(..) or form(..)",
          named(layerName));
      return toTarget(layerName, tensorization);
    }
    List<Integer> all = allRanks(layerName, tensorization.modes().size());
    List<Integer> reachable = RankBounds.clip(tensorization, all);
    if (!reachable.equals(all)) {
      log.warn(
          "{}: ranks {} of {} cannot all be reached; {} are used",
          named(layerName),
          all,
          tensorization,
          reachable);
    }
    return TensorForm.of(tensorization, reachable);
  }

  /** nIn: as given, else what the input modes multiply to, else 0: not known yet. */
  long inputs(long given) {
    return given > 0 ? given : size(form == null ? inputModes : form.tensorization().inputModes());
  }

  /** nOut, in the same way. */
  long outputs(long given) {
    return given > 0
        ? given
        : size(form == null ? outputModes : form.tensorization().outputModes());
  }

  private static long size(List<Integer> modes) {
    return modes.isEmpty() ? 0 : modes.stream().mapToLong(m -> m).reduce(1, Math::multiplyExact);
  }

  /** How many cores the form for such a weight will have. */
  int order(boolean isKernel) {
    if (form != null) {
      return form.order();
    }
    int p = modeCount(outputModes, inputModes, isKernel);
    int q = modeCount(inputModes, outputModes, isKernel);
    return (schemeFor(isKernel) == Scheme.PAIRED ? p : p + q) + (isKernel ? 1 : 0);
  }

  /**
   * Checks that a form fits a layer.
   *
   * @throws IllegalArgumentException naming the layer, both values and the way out
   */
  public static void verify(
      @Nullable String layerName, TensorForm form, int outputs, List<Integer> kernel, int inputs) {
    Tensorization t = form.tensorization();
    product(layerName, "inputModes", t.inputModes(), "nIn", inputs);
    product(layerName, "outputModes", t.outputModes(), "nOut", outputs);
    argument(
        t.kernel().equals(kernel),
        "%s: the form's kernel is %s but the layer's is %s",
        named(layerName),
        t.kernel(),
        kernel);
    verifyRanks(layerName, form);
  }

  /**
   * Checks, before anything is allocated, that a form's ranks are not absurd: no unfolding of a
   * train has a higher rank than rows or columns, and no ring needs a rank above the number of the
   * weight's entries. Builders and decompositions stay below; a damaged model may not.
   *
   * @throws IllegalArgumentException naming the layer, both values and the way out
   */
  static void verifyRanks(@Nullable String layerName, TensorForm form) {
    List<Integer> modes = form.tensorization().modes();
    double entries = 1;
    for (int mode : modes) {
      entries *= mode;
    }
    double rows = 1;
    for (int k = 0; k <= modes.size(); k++) {
      double most = form.isTrain() ? Math.min(rows, Math.rint(entries / rows)) : entries;
      argument(
          form.ranks().get(k) <= most,
          "%s: ranks %s of %s cannot be reached: rank %d is %d, at most %.0f makes sense;"
              + " lower it (RankBounds.clip)",
          named(layerName),
          form.ranks(),
          form.tensorization(),
          k,
          form.ranks().get(k),
          most);
      rows *= k < modes.size() ? modes.get(k) : 1;
    }
  }

  private Tensorization tensorization(
      @Nullable String layerName, int outputs, List<Integer> kernel, int inputs) {
    boolean isKernel = !kernel.isEmpty();
    if (!inputModes.isEmpty()) {
      product(layerName, "inputModes", inputModes, "nIn", inputs);
    }
    if (!outputModes.isEmpty()) {
      product(layerName, "outputModes", outputModes, "nOut", outputs);
    }
    int p = modeCount(outputModes, inputModes, isKernel);
    int q = modeCount(inputModes, outputModes, isKernel);
    List<Integer> m = outputModes.isEmpty() ? ModeFactorization.balanced(outputs, p) : outputModes;
    List<Integer> n = inputModes.isEmpty() ? ModeFactorization.balanced(inputs, q) : inputModes;
    if (outputModes.isEmpty() && inputModes.isEmpty() && schemeFor(isKernel) == Scheme.PAIRED) {
      ModeFactorization.Pair pair = ModeFactorization.paired(outputs, inputs, p);
      m = pair.outputModes();
      n = pair.inputModes();
    }
    return new Tensorization(schemeFor(isKernel), m, kernel, n);
  }

  private Scheme schemeFor(boolean isKernel) {
    return scheme != null ? scheme : isKernel ? Scheme.SEPARATED : Scheme.PAIRED;
  }

  private int modeCount(List<Integer> own, List<Integer> other, boolean isKernel) {
    if (!own.isEmpty()) {
      return own.size();
    }
    if (autoModes > 0) {
      return autoModes;
    }
    if (!other.isEmpty()) {
      return other.size();
    }
    return isKernel ? KERNEL_MODES : MATRIX_MODES;
  }

  private List<Integer> allRanks(@Nullable String layerName, int d) {
    int given = ranks.size();
    if (given == d + 1) {
      argument(
          ranks.get(0).equals(ranks.get(d)) && (ring || ranks.get(0) == 1),
          "%s: first and last rank must be equal (1 for a train), got %s",
          named(layerName),
          ranks);
      return ranks;
    }
    List<Integer> all = new ArrayList<>();
    if (ring) {
      argument(
          given == 1 || given == d,
          "%s: a ring of %d cores takes 1, %d or %d ranks, got %s",
          named(layerName),
          d,
          d,
          d + 1,
          ranks);
      all.addAll(given == 1 ? Collections.nCopies(d, ranks.get(0)) : ranks);
      all.add(all.get(0));
    } else {
      argument(
          given == 1 || given == d - 1,
          "%s: a train of %d cores takes 1, %d or %d ranks, got %s",
          named(layerName),
          d,
          d - 1,
          d + 1,
          ranks);
      all.add(1);
      all.addAll(given == 1 ? Collections.nCopies(d - 1, ranks.get(0)) : ranks);
      all.add(1);
    }
    return all;
  }

  private TensorForm toTarget(@Nullable String layerName, Tensorization t) {
    double limit = targetWeights * t.weights();
    TensorForm best = null;
    int low = 1;
    int high = 1 << 20;
    while (low <= high) {
      int rank = (low + high) >>> 1;
      TensorForm tried = uniform(t, rank);
      if (tried.weights() <= limit) {
        best = tried;
        low = rank + 1;
      } else {
        high = rank - 1;
      }
    }
    argument(
        best != null,
        "%s: targetWeights %s of %d weights cannot be met: %s has %d at rank 1; split into more modes",
        named(layerName),
        targetWeights,
        t.weights(),
        t,
        uniform(t, 1).weights());
    return Objects.requireNonNull(best);
  }

  private TensorForm uniform(Tensorization t, int rank) {
    int d = t.modes().size();
    List<Integer> all = new ArrayList<>(Collections.nCopies(d + 1, rank));
    if (!ring) {
      all.set(0, 1);
      all.set(d, 1);
    }
    return TensorForm.of(t, RankBounds.clip(t, all));
  }

  private static void product(
      @Nullable String layerName, String name, List<Integer> modes, String sizeName, int size) {
    long product = 1;
    for (int mode : modes) {
      product *= mode;
    }
    argument(
        product == size,
        "%s: %s %s = %d but %s = %d; the product of %s must equal %s",
        named(layerName),
        name,
        Tensorization.times(modes),
        product,
        sizeName,
        size,
        name,
        sizeName);
  }

  private static String named(@Nullable String layerName) {
    return layerName == null ? "a layer without a name" : "layer '" + layerName + "'";
  }
}
