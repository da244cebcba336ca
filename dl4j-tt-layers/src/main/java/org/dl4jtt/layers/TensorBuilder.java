package org.dl4jtt.layers;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;

/**
 * The builder calls that every tensor layer has: how its weight is split into modes, and at which
 * ranks. Modes or {@link #autoModes}; {@link #ranks} or {@link #targetWeights}; or all of it as a
 * {@link #form}.
 *
 * @param <T> the layer's builder
 */
public interface TensorBuilder<T> {

  /** Replaces the builder's request by a changed one. */
  T request(UnaryOperator<TensorRequest> change);

  /** n₁ … n_q, product nIn; without {@code nIn(..)} or an input type they say what nIn is. */
  default T inputModes(int... modes) {
    return request(r -> r.withInputModes(list(modes)));
  }

  /**
   * m₁ … m_p, product nOut (an LSTM: of one gate); without {@code nOut(..)} they say what nOut is.
   */
  default T outputModes(int... modes) {
    return request(r -> r.withOutputModes(list(modes)));
  }

  /**
   * The ranks between d cores. One number: every rank. Otherwise a train takes its d - 1 inner
   * ranks or all d + 1, a ring r₀ … r_{d-1} or all d + 1. Ranks that cannot be reached are clipped,
   * and that is logged.
   */
  default T ranks(int... ranks) {
    return request(r -> r.withRanks(list(ranks)));
  }

  /** Which modes share a core; by default matrices are PAIRED and kernels SEPARATED. */
  default T scheme(Scheme scheme) {
    return request(r -> r.withScheme(scheme));
  }

  /** Splits inputs and outputs into {@code d} balanced modes each. */
  default T autoModes(int d) {
    return request(r -> r.withAutoModes(d));
  }

  /**
   * The highest uniform rank at which the cores have at most this share of the full matrix's
   * weights.
   */
  default T targetWeights(double ratio) {
    return request(r -> r.withTargetWeights(ratio));
  }

  /** Scheme, modes and ranks, as they are. */
  default T form(TensorForm form) {
    return request(r -> r.withForm(form));
  }

  private static List<Integer> list(int[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
