package org.dl4jtt.calibrate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dl4jtt.layers.convert.WeightShape;

/**
 * The weights of a working copy that can be watched.
 *
 * @param shapes in the order of computation
 * @param centred true where a bias or a batch norm takes up what the weight does to the mean
 */
record WatchedWeights(Map<WeightName, WeightShape> shapes, Map<WeightName, Boolean> centred) {

  static WatchedWeights of(WorkingCopy copy) {
    Map<WeightName, WeightShape> shapes = new LinkedHashMap<>();
    Map<WeightName, Boolean> centred = new LinkedHashMap<>();
    for (Step step : copy.steps()) {
      if (step instanceof LinearStep linear) {
        boolean free = linear.hasBias() || isNormed(copy, step);
        linear
            .weights()
            .forEach(
                (parameter, shape) -> {
                  WeightName name = new WeightName(step.name(), parameter);
                  shapes.put(name, shape);
                  centred.put(name, free);
                });
      }
    }
    return new WatchedWeights(shapes, centred);
  }

  /** True if nothing but a batch norm stands behind the linear output. */
  private static boolean isNormed(WorkingCopy copy, Step step) {
    List<Step> readers =
        copy.steps().stream().filter(s -> copy.sources(s).contains(step.name())).toList();
    return step instanceof PlainStep plain
        && plain.isLinear()
        && !copy.outputs().contains(step.name())
        && readers.size() == 1
        && readers.get(0) instanceof NormStep;
  }
}
