package org.dl4jtt.accelerate;

import org.dl4jtt.accelerate.ChannelTiles.Floats;
import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.internal.LruCache;
import org.dl4jtt.internal.onednn.BatchNorm;
import org.dl4jtt.internal.onednn.Format;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** By oneDNN itself. */
final class OneDnnBatchNorm implements BatchNormRoutine {
  private record Key(Format x, Format y, double eps) {}

  private final LruCache<Key, BatchNorm> norms = new LruCache<>();

  @Override
  public void train(INDArray x, Norm norm, INDArray y, Scratch scratch) {
    kernel(x, y, norm)
        .train(
            x, gammaBeta(norm, scratch), norm.mean(), norm.variance(), y, n -> floats(scratch, n));
  }

  @Override
  public void infer(INDArray x, Norm norm, INDArray y, Scratch scratch) {
    kernel(x, y, norm)
        .infer(
            x, gammaBeta(norm, scratch), norm.mean(), norm.variance(), y, n -> floats(scratch, n));
  }

  @Override
  public void backward(
      INDArray x,
      INDArray dy,
      Norm norm,
      INDArray dx,
      INDArray dGamma,
      INDArray dBeta,
      Scratch scratch) {
    int channels = (int) norm.gamma().length();
    INDArray both = floats(scratch, 2L * channels);
    kernel(x, dy, norm)
        .backward(
            x,
            gammaBeta(norm, scratch),
            norm.mean(),
            norm.variance(),
            dy,
            dx,
            both,
            n -> floats(scratch, n));
    float[] numbers = new float[channels];
    Floats from = new Floats(both);
    from.read(0, numbers, channels);
    new Floats(dGamma).write(0, numbers, channels);
    from.read(channels, numbers, channels);
    new Floats(dBeta).write(0, numbers, channels);
  }

  private BatchNorm kernel(INDArray x, INDArray y, Norm norm) {
    return norms.get(
        new Key(Format.of(x), Format.of(y), norm.eps()),
        key -> new BatchNorm(key.x, key.y, key.eps));
  }

  /** [2, C]. */
  private static INDArray gammaBeta(Norm norm, Scratch scratch) {
    int channels = (int) norm.gamma().length();
    INDArray both = floats(scratch, 2L * channels);
    float[] numbers = new float[channels];
    Floats to = new Floats(both);
    new Floats(norm.gamma()).read(0, numbers, channels);
    to.write(0, numbers, channels);
    new Floats(norm.beta()).read(0, numbers, channels);
    to.write(channels, numbers, channels);
    return both;
  }

  private static INDArray floats(Scratch scratch, long count) {
    return scratch.allocate(DataType.FLOAT, count);
  }
}
