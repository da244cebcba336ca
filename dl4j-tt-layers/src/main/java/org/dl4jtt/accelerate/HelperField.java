package org.dl4jtt.accelerate;

import java.lang.reflect.Field;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.LayerHelper;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
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
