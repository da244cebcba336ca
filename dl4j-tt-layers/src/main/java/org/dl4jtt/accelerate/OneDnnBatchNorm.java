package org.dl4jtt.accelerate;

import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.onednn.BatchNorm;
import org.dl4jtt.onednn.Format;
import org.dl4jtt.onednn.Recent;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** By oneDNN itself. */
final class OneDnnBatchNorm implements BatchNormRoutine {
  private record Key(Format x, Format y, double eps) {}

  private final Recent<Key, BatchNorm> norms = new Recent<>();

  @Override
  public void train(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      INDArray y,
      Scratch scratch) {
    norm(x, y, eps)
        .train(x, gammaBeta(gamma, beta, scratch), mean, variance, y, n -> floats(scratch, n));
  }

  @Override
  public void infer(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      INDArray y,
      Scratch scratch) {
    norm(x, y, eps)
        .infer(x, gammaBeta(gamma, beta, scratch), mean, variance, y, n -> floats(scratch, n));
  }

  @Override
  public void backward(
      INDArray x,
      INDArray dy,
      INDArray gamma,
      INDArray mean,
      INDArray variance,
      double eps,
      INDArray dx,
      INDArray dGamma,
      INDArray dBeta,
      Scratch scratch) {
    int channels = (int) gamma.length();
    INDArray both = floats(scratch, 2L * channels);
    norm(x, dy, eps)
        .backward(
            x,
            gammaBeta(gamma, gamma, scratch), // beta has no part in any gradient
            mean,
            variance,
            dy,
            dx,
            both,
            n -> floats(scratch, n));
    float[] numbers = new float[channels];
    ChannelTiles.Floats from = new ChannelTiles.Floats(both);
    from.read(0, numbers, channels);
    new ChannelTiles.Floats(dGamma).write(0, numbers, channels);
    from.read(channels, numbers, channels);
    new ChannelTiles.Floats(dBeta).write(0, numbers, channels);
  }

  private BatchNorm norm(INDArray x, INDArray y, double eps) {
    return norms.get(
        new Key(Format.of(x), Format.of(y), eps), key -> new BatchNorm(key.x, key.y, key.eps));
  }

  /** [2, C]. */
  private static INDArray gammaBeta(INDArray gamma, INDArray beta, Scratch scratch) {
    int channels = (int) gamma.length();
    INDArray both = floats(scratch, 2L * channels);
    float[] numbers = new float[channels];
    ChannelTiles.Floats to = new ChannelTiles.Floats(both);
    new ChannelTiles.Floats(gamma).read(0, numbers, channels);
    to.write(0, numbers, channels);
    new ChannelTiles.Floats(beta).read(0, numbers, channels);
    to.write(channels, numbers, channels);
    return both;
  }

  private static INDArray floats(Scratch scratch, long count) {
    return scratch.allocate(DataType.FLOAT, count);
  }
}
