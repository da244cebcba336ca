package org.dl4jtt.plan;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.dl4jtt.contraction.ConvGeometry;
import org.dl4jtt.contraction.ConvPlan;
import org.dl4jtt.contraction.MatrixContraction;
import org.dl4jtt.layers.TensorLayer;
import org.dl4jtt.layers.convert.StockWeights;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.TensorForm;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Floating-point operations of one layer for one example, two for every multiply-add; for
 * sequences, of one step. Biases, activations and normalisations are not counted.
 *
 * @param layer its configuration without wrappers
 * @param input what goes in; empty if it is not known, which only convolutions need
 */
record LayerFlops(Layer layer, Optional<InputType> input) {

  /** A weight of the stock layer. */
  long ofDense(WeightShape weight) {
    if (layer instanceof EmbeddingLayer || layer instanceof EmbeddingSequenceLayer) {
      return 0; // a row is looked up
    }
    long positions = geometry().map(g -> (long) g.outputImage().area()).orElse(1L);
    long area = weight.kernel().stream().reduce(1, (a, b) -> a * b);
    return 2 * positions * weight.outputs() * area * weight.inputs();
  }

  /** The same weight in tensor form, by the plan that is cheapest if cores are merged each time. */
  long ofForm(TensorForm form) {
    Optional<ConvGeometry> geometry = geometry();
    if (form.tensorization().isKernel() && geometry.isPresent()) {
      return ConvPlan.countedBy(form, geometry.get()).flops();
    }
    if (form.tensorization().isKernel()) {
      return FormFlops.of(form); // of one position
    }
    return Math.round(MatrixContraction.of(form).flops());
  }

  /** All of the layer, stock or tensor. */
  long ofLayer(Map<String, INDArray> parameters) {
    if (layer instanceof TensorLayer tensor && tensor.getForm() != null) {
      return ofForm(tensor.getForm()) + ofMatrices(parameters, name -> !name.matches("core\\d+"));
    }
    Map<String, WeightShape> weights = StockWeights.of(layer);
    if (!weights.isEmpty()) {
      return weights.values().stream().mapToLong(this::ofDense).sum();
    }
    return ofMatrices(parameters, name -> true);
  }

  private long ofMatrices(Map<String, INDArray> parameters, Predicate<String> which) {
    long positions = outputPositions();
    return parameters.entrySet().stream()
        .filter(e -> which.test(e.getKey()))
        .map(e -> e.getValue())
        .filter(p -> Arrays.stream(p.shape()).filter(n -> n > 1).count() > 1)
        .mapToLong(p -> 2 * p.length() * positions)
        .sum();
  }

  private long outputPositions() {
    if (input.isEmpty()) {
      return 1;
    }
    InputType output = layer.getOutputType(0, input.get());
    return output instanceof InputType.InputTypeConvolutional image
        ? image.getHeight() * image.getWidth()
        : 1;
  }

  /** The convolution that this layer does to one example; empty for other layers. */
  Optional<ConvGeometry> geometry() {
    return geometry(1);
  }

  /** The same for a batch. */
  Optional<ConvGeometry> geometry(int batch) {
    if (!(layer instanceof ConvolutionLayer conv)
        || !(input.orElse(null) instanceof InputType.InputTypeConvolutional image)) {
      return Optional.empty();
    }
    return Optional.of(
        new ConvGeometry(
            batch,
            Math.toIntExact(conv.getNIn()),
            Math.toIntExact(conv.getNOut()),
            new ConvGeometry.Extent(
                Math.toIntExact(image.getHeight()), Math.toIntExact(image.getWidth())),
            extent(conv.getKernelSize()),
            extent(conv.getStride()),
            extent(conv.getPadding()),
            extent(conv.getDilation()),
            conv.getConvolutionMode() == ConvolutionMode.Same,
            conv.getCnn2dDataFormat() == CNN2DFormat.NHWC));
  }

  private static ConvGeometry.Extent extent(int[] size) {
    return new ConvGeometry.Extent(size[0], size[1]);
  }
}
