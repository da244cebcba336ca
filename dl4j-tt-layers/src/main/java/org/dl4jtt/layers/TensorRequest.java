package org.dl4jtt.layers;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;
import java.util.List;
import org.dl4jtt.tensor.ModeFactorization;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.jspecify.annotations.Nullable;

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
    @Nullable TensorForm form)
    implements Serializable {

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
      FormCheck.fits(layerName, form, outputs, kernel, inputs);
      return form;
    }
    Tensorization tensorization = tensorization(layerName, outputs, kernel, inputs);
    return new RankRequest(ring, ranks, targetWeights).resolve(layerName, tensorization);
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

  /** The number of a layer's cores: its form's, else what the request says, else 0. */
  static int order(@Nullable TensorForm form, @Nullable TensorRequest request, boolean isKernel) {
    return form != null ? form.order() : request != null ? request.order(isKernel) : 0;
  }

  /** How many cores the form for such a weight will have. */
  private int order(boolean isKernel) {
    if (form != null) {
      return form.order();
    }
    int p = modeCount(outputModes, inputModes, isKernel);
    int q = modeCount(inputModes, outputModes, isKernel);
    return (schemeFor(isKernel) == Scheme.PAIRED ? p : p + q) + (isKernel ? 1 : 0);
  }

  private Tensorization tensorization(
      @Nullable String layerName, int outputs, List<Integer> kernel, int inputs) {
    boolean isKernel = !kernel.isEmpty();
    if (!inputModes.isEmpty()) {
      FormCheck.inputModes(layerName, inputModes, inputs);
    }
    if (!outputModes.isEmpty()) {
      FormCheck.outputModes(layerName, outputModes, outputs);
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
}
