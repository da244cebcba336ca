package org.dl4jtt.accelerate;

import java.util.List;
import java.util.function.LongFunction;
import org.dl4jtt.contraction.ConvGeometry;
import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.internal.LruCache;
import org.dl4jtt.internal.onednn.ConvolutionChain;
import org.dl4jtt.internal.onednn.Format;
import org.dl4jtt.internal.onednn.Images;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** By oneDNN itself, on arrays with channels first or last in memory. */
final class OneDnnConvolution implements ConvolutionKernel {
  private record Key(ConvGeometry geometry, Format x, Format z) {}

  private final LruCache<Key, ConvolutionChain> chains = new LruCache<>();

  @Override
  public boolean reads(ConvGeometry geometry, INDArray images) {
    INDArray nchw = nchw(geometry, images);
    return Images.isChannelsFirst(nchw) || Images.isChannelsLast(nchw);
  }

  @Override
  public boolean takesChannelsLast() {
    return true;
  }

  @Override
  public void forward(
      ConvGeometry g,
      INDArray x,
      INDArray weights,
      @Nullable INDArray bias,
      INDArray z,
      Scratch scratch) {
    LongFunction<INDArray> buffers = buffers(scratch);
    INDArray from = nchw(g, x);
    INDArray to = nchw(g, z);
    chain(g, from, weights, bias, to).forward(from, List.of(weights), bias, to, buffers, buffers);
  }

  @Override
  public void backward(
      ConvGeometry g,
      INDArray x,
      INDArray weights,
      @Nullable INDArray bias,
      INDArray dz,
      INDArray dx,
      INDArray weightGradient,
      @Nullable INDArray biasGradient,
      Scratch scratch) {
    INDArray from = nchw(g, x);
    INDArray gradient = nchw(g, dz);
    chain(g, from, weights, bias, gradient)
        .backward(
            from,
            List.of(weights),
            List.of(),
            gradient,
            nchw(g, dx),
            List.of(weightGradient),
            biasGradient,
            buffers(scratch));
  }

  private ConvolutionChain chain(
      ConvGeometry g, INDArray x, INDArray weights, @Nullable INDArray bias, INDArray z) {
    return chains.get(
        new Key(g, Format.of(x), Format.of(z)),
        key ->
            new ConvolutionChain(
                List.of(g.window()), key.x, List.of(Format.of(weights)), key.z, bias != null));
  }

  private static INDArray nchw(ConvGeometry g, INDArray images) {
    return g.channelsLast() ? Images.toNchw(images) : images;
  }

  private static LongFunction<INDArray> buffers(Scratch scratch) {
    return count -> scratch.allocate(DataType.FLOAT, count);
  }
}
