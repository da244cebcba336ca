package org.dl4jtt.accelerate;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.internal.onednn.OneDnn;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Native speed on the CPU for the convolution, batch norm, ReLU and pooling layers of an ordinary
 * Deeplearning4j network.
 *
 * <p>Deeplearning4j 1.0.0-M2.1 computes a convolution on the CPU by im2col and a matrix product in
 * Java calls; its own helpers for oneDNN exist but are never created. {@link #enable} gives every
 * layer that qualifies a helper of ours, which has the same outputs and gradients as the stock path
 * to the rounding of a float.
 *
 * <p>The helpers call oneDNN themselves where {@code org.bytedeco:dnnl} is on the class path with
 * its natives ({@link OneDnn}). Images then lie in memory with channels last from one such layer to
 * the next; their shapes are as ever. Without, they use ND4J's operations, which take up to twice
 * as long, and are fast at all with the {@code onednn} build of nd4j-native only (classifier {@code
 * linux-x86_64-onednn}).
 *
 * <p>A layer qualifies when it computes in {@link DataType#FLOAT}; a convolution also needs
 * dilation 1 and no weight noise, a batch norm needs a trained gamma and beta; an activation layer
 * with plain ReLU is exchanged for one of ours with the same configuration, and so are, with
 * oneDNN, a graph's sums ({@code ElementWiseVertex} with {@code Add}) and poolings of images:
 * maxima, and means without padding, over windows or all pixels. Other layers stay as they are. On
 * a backend other than the CPU nothing happens.
 *
 * <p><b>A helper belongs to the network that is built</b>: a clone, or a network restored from a
 * file, starts without and needs {@code enable} again.
 */
public final class NativeHelpers {
  private static final Logger log = LoggerFactory.getLogger(NativeHelpers.class);

  private NativeHelpers() {}

  /**
   * Gives every layer of {@code net} that qualifies its native helper; safe to call again.
   *
   * @return the number of layers that now compute natively
   */
  public static int enable(Model net) {
    return enable(net, OneDnn.isAvailable());
  }

  /**
   * @param byOneDnn false: by ND4J's operations and in Java, as without oneDNN
   */
  static int enable(Model net, boolean byOneDnn) {
    if (!onCpu()) {
      log.info("Native helpers are for the CPU backend only; nothing changed");
      return 0;
    }
    int enabled = 0;
    for (Layer layer : layersOf(net)) {
      if (layer instanceof ConvolutionLayer conv && NativeConvolution.supports(conv)) {
        HelperField.set(conv, new NativeConvolution(conv, byOneDnn));
        enabled++;
      } else if (layer instanceof BatchNormalization norm && NativeBatchNorm.supports(norm)) {
        HelperField.set(norm, new NativeBatchNorm(norm, byOneDnn));
        enabled++;
      }
    }
    enabled += LayerSwap.enable(net, byOneDnn);
    ImageNeighbours.arrange(net);
    return enabled;
  }

  /**
   * Takes the helpers of convolutions and batch norms, and our ReLU layers, poolings and sums, away
   * from {@code net}: the stock path computes again.
   */
  public static void disable(Model net) {
    for (Layer layer : layersOf(net)) {
      boolean hasField = layer instanceof ConvolutionLayer || layer instanceof BatchNormalization;
      if (hasField && layer.getHelper() != null) {
        HelperField.clear(layer);
      }
    }
    LayerSwap.disable(net);
    ImageNeighbours.arrange(net);
  }

  /**
   * Makes every network that is built later in this JVM, by {@code init()}, {@code clone()} or from
   * a file, use the helpers of convolution and batch norm that M2.1 itself brings along. They reach
   * what {@link #enable} cannot, at roughly half its speed in training; call {@code enable} on the
   * network to exchange them for ours.
   *
   * <p>Not for networks with weight noise on a convolution: M2.1's helper fails there in the second
   * step. A dilated convolution logs a warning once and goes back to the stock path.
   */
  public static void enableForNewNetworks() {
    if (!onCpu()) {
      log.info("Native helpers are for the CPU backend only; nothing changed");
      return;
    }
    System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "false");
  }

  private static List<Layer> layersOf(Model net) {
    Layer[] layers;
    if (net instanceof MultiLayerNetwork mln) {
      layers = mln.getLayers();
    } else if (net instanceof ComputationGraph graph) {
      layers = graph.getLayers();
    } else {
      throw new IllegalArgumentException(
          "Native helpers are for MultiLayerNetwork and ComputationGraph, got "
              + net.getClass().getName());
    }
    if (layers == null) {
      throw new IllegalStateException(
          "The network has no layers yet; call init() before NativeHelpers.enable(net)");
    }
    return Arrays.stream(layers).map(NativeHelpers::unwrapped).toList();
  }

  /** What a frozen layer or another wrapper holds. */
  static Layer unwrapped(Layer layer) {
    Layer inner = layer;
    while (inner instanceof BaseWrapperLayer wrapper) {
      inner = wrapper.getUnderlying();
    }
    return inner;
  }

  private static boolean onCpu() {
    return "CPU"
        .equalsIgnoreCase(Nd4j.getExecutioner().getEnvironmentInformation().getProperty("backend"));
  }
}
