package org.dl4jtt.layers;

import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional convolution whose kernel is a tensor train, in one of two ways.
 *
 * <pre>
 *   x  [batch, I, H, W]     y  [batch, O, H', W']    (channels last with CNN2DFormat.NHWC)
 *   SEPARATED  W(o, p, i) = G₁[o₁] ⋯ G_p[o_p] K[p] G[i₁] ⋯ G_d[i_q]     cores [r_{k-1}, n_k, r_k]
 *   PAIRED     W(o, p, i) = K[p] G₁[o₁, i₁] ⋯ G_d[o_d, i_d]             cores [r_{k-1}, o_k, i_k, r_k]
 * </pre>
 *
 * <p>p is a position of the K x K kernel. SEPARATED (Yin et al. 2021) is the default: the two ranks
 * beside the kernel's core are channel bottlenecks, so the layer can run as a 1x1, a small K x K
 * and a 1x1 convolution. PAIRED is the form of Garipov et al. 2016 (arXiv:1611.03214).
 *
 * <pre>{@code
 * new TTConv.Builder(3, 3).nOut(64).ranks(16, 16).activation(Activation.RELU).build()
 * }</pre>
 */
public class TTConv extends TensorConv {

  /** For JSON. */
  public TTConv() {}

  private TTConv(Builder builder) {
    super(builder);
  }

  @Override
  public TTConv clone() {
    return (TTConv) super.clone();
  }

  @Override
  protected boolean canEqual(@Nullable Object other) {
    return other instanceof TTConv;
  }

  /** Builds the layer, in DL4J's own style. */
  @SuppressWarnings("unchecked") // DL4J declares <E extends Layer> E build()
  public static class Builder extends TensorConv.Builder<Builder> {
    /**
     * Nothing asked for but the kernel.
     *
     * @param kernelSize height and width; 5 x 5 if empty, as in DL4J
     */
    public Builder(int... kernelSize) {
      super(TensorRequest.train(), kernelSize);
    }

    @Override
    public TTConv build() {
      validate();
      return new TTConv(this);
    }
  }
}
