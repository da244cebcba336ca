package org.dl4jtt.plan;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.dl4jtt.contraction.ConvGeometry;
import org.dl4jtt.contraction.PredictedTime;
import org.dl4jtt.layers.TTEmbedding;
import org.dl4jtt.layers.TensorLSTM;
import org.dl4jtt.layers.TensorLayer;
import org.dl4jtt.layers.convert.StockWeights;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.TensorForm;

/**
 * Predicted seconds of the matrices and kernels of one layer for one example of a batch; for
 * sequences, of one step.
 *
 * @param layer its configuration without wrappers
 * @param input what goes in; empty if it is not known, which only convolutions need
 * @param batch so many examples at once
 */
record LayerTime(Layer layer, Optional<InputType> input, int batch) {

  /** False for a convolution of images of unknown size. */
  boolean areKnown() {
    return input.isPresent() || !(layer instanceof ConvolutionLayer);
  }

  /** A weight of the stock layer. */
  double ofDense(WeightShape weight) {
    if (flops().ofDense(weight) == 0) {
      return 0; // a row is looked up
    }
    double seconds =
        weight.kernel().isEmpty()
            ? PredictedTime.ofMatrix(weight.outputs(), weight.inputs(), batch)
            : PredictedTime.ofConvolution(
                geometry(weight.outputs(), weight.kernel(), weight.inputs()));
    return seconds / batch;
  }

  /** The same weight in tensor form, by the cheapest plan. */
  double ofForm(TensorForm form) {
    var t = form.tensorization();
    double seconds =
        t.isKernel()
            ? PredictedTime.ofConvolution(form, geometry(t.outputs(), t.kernel(), t.inputs()))
            : PredictedTime.ofMatrix(form, batch);
    return seconds / batch;
  }

  /**
   * All of the layer, stock or tensor, that is a matrix or a kernel.
   *
   * @return empty if the time of such a layer is not predicted
   */
  @SuppressWarnings("deprecation") // GravesLSTM: networks that have it are still timed
  OptionalDouble ofLayer() {
    if (layer instanceof TTEmbedding) {
      return OptionalDouble.of(0); // as a row that is looked up
    }
    if (layer instanceof TensorLSTM lstm && lstm.getForm() != null) {
      TensorForm recurrent = lstm.getRecurrentForm();
      return OptionalDouble.of(
          ofForm(lstm.getForm())
              + (recurrent == null ? ofRecurrent(lstm.getNOut()) : ofForm(recurrent)));
    }
    if (layer instanceof TensorLayer tensor && tensor.getForm() != null) {
      return OptionalDouble.of(ofForm(tensor.getForm()));
    }
    double stock = StockWeights.of(layer).values().stream().mapToDouble(this::ofDense).sum();
    if (layer instanceof GravesLSTM graves) {
      return OptionalDouble.of(stock + ofRecurrent(graves.getNOut()));
    }
    boolean known = !StockWeights.of(layer).isEmpty() || flops().ofLayer().orElse(1) == 0;
    return known ? OptionalDouble.of(stock) : OptionalDouble.empty();
  }

  /** The hidden-to-hidden weights of an LSTM of n units. */
  private double ofRecurrent(long n) {
    return PredictedTime.ofMatrix(4 * n, n, batch) / batch;
  }

  private LayerFlops flops() {
    return new LayerFlops(layer, input);
  }

  private ConvGeometry geometry(int outputs, List<Integer> kernel, int inputs) {
    return flops()
        .geometry(batch)
        .orElseGet(
            () ->
                PredictedTime.onePosition(
                    batch, inputs, outputs, new ConvGeometry.Extent(kernel.get(0), kernel.get(1))));
  }
}
