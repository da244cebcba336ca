package org.dl4jtt.layers;

import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional convolution whose kernel is a tensor ring: as {@link TTConv}, but the first and
 * the last rank are equal and may exceed one, and the entry is the trace of the product of the
 * cores' slices (Zhao et al. 2016). With r₀ = 1 it is a {@link TTConv}.
 *
 * <pre>{@code
 * new TRConv.Builder(3, 3).nOut(64).ranks(8).activation(Activation.RELU).build()
 * }</pre>
 */
public class TRConv extends TensorConv {

  /** For JSON. */
  public TRConv() {}

  private TRConv(Builder builder) {
    super(builder);
  }

  @Override
  public TRConv clone() {
    return (TRConv) super.clone();
  }

  @Override
  protected boolean canEqual(@Nullable Object other) {
    return other instanceof TRConv;
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
      super(TensorRequest.forRing(), kernelSize);
    }

    @Override
    public TRConv build() {
      validate();
      return new TRConv(this);
    }
  }
}
