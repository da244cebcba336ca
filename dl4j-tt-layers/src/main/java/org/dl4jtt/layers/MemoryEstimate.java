package org.dl4jtt.layers;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;

/** DL4J's memory report of a layer with cores. */
final class MemoryEstimate {
  private MemoryEstimate() {}

  /**
   * @param trainingPerExample numbers that training holds for an example, beside the activations
   *     that every layer has; inference holds an output
   */
  static LayerMemoryReport of(
      FeedForwardLayer layer, InputType inputType, long trainingPerExample) {
    InputType outputType = layer.getOutputType(-1, inputType);
    long params = layer.initializer().numParams(layer);
    long updaterState = layer.getIUpdater() == null ? 0 : layer.getIUpdater().stateSize(params);
    return new LayerMemoryReport.Builder(
            layer.getLayerName(), layer.getClass(), inputType, outputType)
        .standardMemory(params, updaterState)
        .workingMemory(0, outputType.arrayElementsPerExample(), 0, trainingPerExample)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }
}
