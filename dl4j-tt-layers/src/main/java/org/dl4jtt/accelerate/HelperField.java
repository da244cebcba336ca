package org.dl4jtt.accelerate;

import java.lang.reflect.Field;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
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
    return (Map<String, Layer>) read(MultiLayerNetwork.class, "layerMap", net);
  }

  /** The vertices of a graph by name, beside the array that it shows. */
  @SuppressWarnings("unchecked") // as declared there
  static Map<String, GraphVertex> vertexMap(ComputationGraph graph) {
    return (Map<String, GraphVertex>) read(ComputationGraph.class, "verticesMap", graph);
  }

  private static Object read(Class<?> declaring, String name, Object owner) {
    try {
      return open(declaring, name).get(owner);
    } catch (ReflectiveOperationException e) {
      throw missing(declaring, name, e);
    }
  }

  private static void write(Class<?> declaring, Layer layer, @Nullable LayerHelper helper) {
    try {
      open(declaring, "helper").set(layer, helper);
    } catch (ReflectiveOperationException e) {
      throw missing(declaring, "helper", e);
    }
  }

  private static Field open(Class<?> declaring, String name) throws NoSuchFieldException {
    Field field = declaring.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  private static IllegalStateException missing(
      Class<?> declaring, String name, ReflectiveOperationException cause) {
    return new IllegalStateException(
        declaring.getName()
            + " has no field '"
            + name
            + "': this version of Deeplearning4j is not 1.0.0-M2.1",
        cause);
  }
}
