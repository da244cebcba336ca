package org.dl4jtt.plan;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.dl4jtt.contraction.ConvGeometry;
import org.dl4jtt.contraction.PredictedTime;
import org.dl4jtt.layers.TensorLayer;
import org.dl4jtt.layers.convert.StockWeights;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.TensorForm;
import org.nd4j.linalg.api.ndarray.INDArray;

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

  /** All of the layer, stock or tensor, that is a matrix or a kernel. */
  double ofLayer(Map<String, INDArray> parameters) {
    if (layer instanceof TensorLayer tensor && tensor.getForm() != null) {
      double recurrent =
          parameters.entrySet().stream()
              .filter(e -> !e.getKey().matches("core\\d+"))
              .map(Map.Entry::getValue)
              .filter(p -> p.rank() == 2 && p.rows() > 1 && p.columns() > 1)
              .mapToDouble(p -> PredictedTime.ofMatrix(p.columns(), p.rows(), batch) / batch)
              .sum();
      return ofForm(tensor.getForm()) + recurrent;
    }
    return StockWeights.of(layer).values().stream().mapToDouble(this::ofDense).sum();
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
