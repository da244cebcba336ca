package org.dl4jtt.layers;

import org.jspecify.annotations.Nullable;

/**
 * Dense layer whose weight matrix is a tensor train: {@code y = f(W x + b)}, with {@code W(i, j) =
 * G₁[i₁, j₁] G₂[i₂, j₂] ⋯ G_d[i_d, j_d]} (Novikov et al. 2015, §4, arXiv:1509.06569).
 *
 * <pre>
 *   x    [batch, n₁⋯n_d]            y    [batch, m₁⋯m_d]
 *   G_k  [r_{k-1}, m_k, n_k, r_k]   b    [1, m₁⋯m_d]       r₀ = r_d = 1
 * </pre>
 *
 * <p>The last mode varies fastest, in x and y alike. With {@code scheme(SEPARATED)} the cores of
 * the outputs come first and those of the inputs last, {@code [r_{k-1}, n_k, r_k]} (Yin et al.
 * 2021).
 *
 * <pre>{@code
 * new TTDense.Builder()
 *     .inputModes(4, 7, 7, 4)    // 784 inputs
 *     .outputModes(4, 5, 5, 4)   // 400 units
 *     .ranks(4)                  // 1,248 weights in place of 313,600
 *     .activation(Activation.TANH).build()
 * }</pre>
 */
public class TTDense extends TensorDense {

  /** For JSON. */
  public TTDense() {}

  private TTDense(Builder builder) {
    super(builder);
  }

  @Override
  public TTDense clone() {
    return (TTDense) super.clone();
  }

  @Override
  protected boolean canEqual(@Nullable Object other) {
    return other instanceof TTDense;
  }

  /** Builds the layer, in DL4J's own style. */
  @SuppressWarnings("unchecked") // DL4J declares <E extends Layer> E build()
  public static class Builder extends TensorDense.Builder<Builder> {
    /** Nothing asked for yet. */
    public Builder() {
      super(TensorRequest.train());
    }

    @Override
    public TTDense build() {
      return new TTDense(this);
    }
  }
}
