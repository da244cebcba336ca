package org.dl4jtt.plan;

import java.util.Optional;
import java.util.OptionalLong;
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
import org.dl4jtt.layers.TTEmbedding;
import org.dl4jtt.layers.TensorLSTM;
import org.dl4jtt.layers.TensorLayer;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.TensorForm;

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

  /**
   * All of the layer, stock or tensor.
   *
   * @return empty if the operations of such a layer are not counted
   */
  OptionalLong ofLayer() {
    if (layer instanceof TTEmbedding embedding && embedding.getForm() != null) {
      return OptionalLong.of(FormFlops.ofRow(embedding.getForm()));
    }
    if (layer instanceof TensorLSTM lstm && lstm.getForm() != null) {
      TensorForm recurrent = lstm.getRecurrentForm();
      long n = lstm.getNOut();
      return OptionalLong.of(
          ofForm(lstm.getForm()) + (recurrent == null ? 2 * 4 * n * n : ofForm(recurrent)));
    }
    if (layer instanceof TensorLayer tensor && tensor.getForm() != null) {
      return OptionalLong.of(ofForm(tensor.getForm()));
    }
    return StockFlops.of(layer, input);
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
