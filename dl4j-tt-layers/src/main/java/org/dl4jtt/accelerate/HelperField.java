package org.dl4jtt.accelerate;

import java.lang.reflect.Field;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.LayerHelper;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;

/**
 * The field {@code helper} of a built layer. Reflection, because Deeplearning4j 1.0.0-M2.1 has no
 * other way in: the field is protected (convolution) or package-private (batch norm), is assigned
 * by a package-private method of the constructor, and has a getter only.
 */
final class HelperField {
  private HelperField() {}

  static void set(ConvolutionLayer layer, NativeConvolution helper) {
    write(ConvolutionLayer.class, layer, helper);
  }

  static void set(BatchNormalization layer, NativeBatchNorm helper) {
    write(BatchNormalization.class, layer, helper);
  }

  static void clear(Layer layer) {
    write(
        layer instanceof ConvolutionLayer ? ConvolutionLayer.class : BatchNormalization.class,
        layer,
        null);
  }

  /** The layers of a network by name, which it shows one by one only. */
  @SuppressWarnings("unchecked") // as declared there
  static Map<String, Layer> layerMap(MultiLayerNetwork net) {
    try {
      Field field = MultiLayerNetwork.class.getDeclaredField("layerMap");
      field.setAccessible(true);
      return (Map<String, Layer>) field.get(net);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "MultiLayerNetwork has no field 'layerMap': this version of Deeplearning4j is not"
              + " 1.0.0-M2.1",
          e);
    }
  }

  private static void write(Class<?> declaring, Layer layer, @Nullable LayerHelper helper) {
    try {
      Field field = declaring.getDeclaredField("helper");
      field.setAccessible(true);
      field.set(layer, helper);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          declaring.getName()
              + " has no field 'helper': this version of Deeplearning4j is not 1.0.0-M2.1",
          e);
    }
  }
}
