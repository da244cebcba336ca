package org.dl4jtt.layers;

import org.jspecify.annotations.Nullable;

/**
 * LSTM whose input-to-hidden weights are a tensor train (Yang, Krompass, Tresp 2017,
 * arXiv:1707.01786); otherwise DL4J's {@link org.deeplearning4j.nn.conf.layers.LSTM}.
 *
 * <pre>
 *   z_t = W x_t + RW h_{t-1} + b         four gates of n units, DL4J's order I F O G (I: candidate, G: input gate)
 *   c_t = σ(z_F) c_{t-1} + σ(z_G) tanh(z_I)        h_t = σ(z_O) tanh(c_t)
 *
 *   x    [batch, n₁⋯n_d, time]           h    [batch, m₁⋯m_d, time]      (NCW; NWC: time second)
 *   G_1  [1, 4m₁, n₁, r₁]                G_k  [r_{k-1}, m_k, n_k, r_k]   the gates are the slowest part of the output
 *   RW   [n, 4n]                         b    [4n]
 * </pre>
 *
 * <p>The hidden-to-hidden weights stay dense unless {@code recurrentRanks} or {@code recurrentForm}
 * ask for cores.
 *
 * <pre>{@code
 * new TTLSTM.Builder()
 *     .inputModes(8, 20, 20, 18)  // 57,600 inputs: frames of 160x120x3
 *     .outputModes(4, 4, 4, 4)    // 256 units
 *     .ranks(4).build()           // 3,360 weights in place of 58,982,400
 * }</pre>
 */
public class TTLSTM extends TensorLSTM {

  /** For JSON. */
  public TTLSTM() {}

  private TTLSTM(Builder builder) {
    super(builder);
  }

  @Override
  public TTLSTM clone() {
    return (TTLSTM) super.clone();
  }

  @Override
  protected boolean canEqual(@Nullable Object other) {
    return other instanceof TTLSTM;
  }

  /** Builds the layer, in DL4J's own style. */
  @SuppressWarnings("unchecked") // DL4J declares <E extends Layer> E build()
  public static class Builder extends TensorLSTM.Builder<Builder> {
    /** Nothing asked for yet. */
    public Builder() {
      super(TensorRequest.train());
    }

    @Override
    public TTLSTM build() {
      return new TTLSTM(this);
    }
  }
}
