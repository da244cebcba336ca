package org.dl4jtt.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.layers.TTConv;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * TTConv with 2.77 times fewer multiplications against ConvolutionLayer, at the four stages of
 * ResNet-18, batch 16.
 */
@Warmup(iterations = 12, time = 1)
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ConvolutionBenchmark {
  static final int BATCH = 16;

  /** Who computes: the stock layer with native helpers, as shipped, or in tensor form. */
  public enum Contender {
    HELPERS,
    SHIPPED,
    TRAIN
  }

  /** C channels on an image of S by S pixels. */
  public enum Stage {
    C64_S56(64, 56),
    C128_S28(128, 28),
    C256_S14(256, 14),
    C512_S7(512, 7);

    private final int channels;
    private final int size;

    Stage(int channels, int size) {
      this.channels = channels;
      this.size = size;
    }

    /**
     * The largest multiple of 16 below the r of C r + 9 r² + r C = 9 C² / 2.5: 1x1, 3x3 and 1x1
     * convolutions with r channels in the middle. The natives compute 16 channels at once, and one
     * more for the price of 16.
     */
    int rank() {
      int rank = (int) (channels * (Math.sqrt(4 + 36 * 9 / 2.5) - 2) / 18);
      return rank - rank % 16;
    }

    /** Multiplications for one position of one image. */
    long multiplications(Contender contender) {
      long rank = rank();
      return contender == Contender.TRAIN
          ? channels * rank + 9 * rank * rank + rank * channels
          : 9L * channels * channels;
    }

    int channels() {
      return channels;
    }

    int size() {
      return size;
    }

    int positions() {
      return size * size;
    }
  }

  @Param public Stage stage = Stage.C64_S56;
  @Param public Contender contender = Contender.HELPERS;

  private MultiLayerNetwork net;
  private DataSet data;

  @Setup
  public void setUp() {
    net =
        BenchmarkNetworks.of(
            layer(), InputType.convolutional(stage.size, stage.size, stage.channels));
    if (contender != Contender.SHIPPED) {
      NativeHelpers.enable(net);
    }
    data = BenchmarkNetworks.data(net, BATCH, stage.channels, stage.size, stage.size);
  }

  private Layer layer() {
    if (contender == Contender.TRAIN) {
      return new TTConv.Builder(3, 3)
          .nIn(stage.channels)
          .nOut(stage.channels)
          .convolutionMode(ConvolutionMode.Same)
          .inputModes(stage.channels)
          .outputModes(stage.channels)
          .ranks(stage.rank())
          .activation(Activation.IDENTITY)
          .build();
    }
    return new ConvolutionLayer.Builder(3, 3)
        .nOut(stage.channels)
        .convolutionMode(ConvolutionMode.Same)
        .activation(Activation.IDENTITY)
        .build();
  }

  @Benchmark
  public INDArray output() {
    return net.output(data.getFeatures());
  }

  @Benchmark
  public void fit() {
    net.fit(data);
  }
}
