package org.dl4jtt.layers;

import org.jspecify.annotations.Nullable;

/**
 * LSTM whose input-to-hidden weights are a tensor ring (Pan et al. 2019, arXiv:1811.07503): {@link
 * TTLSTM} with {@code r₀ = r_d ≥ 1}, the two ends of the chain traced.
 */
public class TRLSTM extends TensorLSTM {

  /** For JSON. */
  public TRLSTM() {}

  private TRLSTM(Builder builder) {
    super(builder);
  }

  @Override
  public TRLSTM clone() {
    return (TRLSTM) super.clone();
  }

  @Override
  protected boolean canEqual(@Nullable Object other) {
    return other instanceof TRLSTM;
  }

  /** Builds the layer, in DL4J's own style. */
  @SuppressWarnings("unchecked") // DL4J declares <E extends Layer> E build()
  public static class Builder extends TensorLSTM.Builder<Builder> {
    /** Nothing asked for yet. */
    public Builder() {
      super(TensorRequest.forRing());
    }

    @Override
    public TRLSTM build() {
      return new TRLSTM(this);
    }
  }
}
