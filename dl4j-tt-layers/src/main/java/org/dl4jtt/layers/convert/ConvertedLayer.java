package org.dl4jtt.layers.convert;

import java.util.Map;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer on its way from stock to tensor form or back: a configuration and its parameters by name.
 *
 * @param configuration new, shares nothing with the one it was made from
 * @param parameters in the shapes that the configuration's initializer expects
 */
public record ConvertedLayer(Layer configuration, Map<String, INDArray> parameters) {}
