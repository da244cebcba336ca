package org.dl4jtt.layers;

import org.jspecify.annotations.Nullable;

/**
 * Dense layer whose weight matrix is a tensor ring: {@code y = f(W x + b)}, with {@code W(i, j) =
 * trace(G₁[i₁, j₁] G₂[i₂, j₂] ⋯ G_d[i_d, j_d])} (Zhao et al. 2016, arXiv:1606.05535; as a layer
 * Wang et al. 2018, arXiv:1802.09052).
 *
 * <pre>
 *   x    [batch, n₁⋯n_d]            y    [batch, m₁⋯m_d]
 *   G_k  [r_{k-1}, m_k, n_k, r_k]   b    [1, m₁⋯m_d]       r₀ = r_d
 * </pre>
 *
 * <p>Everything else is as in {@link TTDense}. At equal weights a ring takes about r₀ times the
 * multiplications of a train; with r₀ = 1 it is one.
 */
public class TRDense extends TensorDense {

  /** For JSON. */
  public TRDense() {}

  private TRDense(Builder builder) {
    super(builder);
  }

  @Override
  public TRDense clone() {
    return (TRDense) super.clone();
  }

  @Override
  protected boolean canEqual(@Nullable Object other) {
    return other instanceof TRDense;
  }

  /** Builds the layer, in DL4J's own style. */
  @SuppressWarnings("unchecked") // DL4J declares <E extends Layer> E build()
  public static class Builder extends TensorDense.Builder<Builder> {
    /** Nothing asked for yet. */
    public Builder() {
      super(TensorRequest.forRing());
    }

    @Override
    public TRDense build() {
      return new TRDense(this);
    }
  }
}
