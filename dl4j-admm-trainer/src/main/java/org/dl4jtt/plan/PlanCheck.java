package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.dl4jtt.layers.convert.StockWeights;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.Tensorization;

/** Does a planned weight fit the layer that it names? */
final class PlanCheck {
  private PlanCheck() {}

  static void check(PlannedWeight weight, Optional<NetworkLayer> found, Collection<String> layers) {
    argument(
        found.isPresent(),
        "the plan is for another network: it names layer \"%s\", the network has %s",
        weight.layer(),
        layers);
    Map<String, WeightShape> shapes = StockWeights.of(found.get().configuration());
    WeightShape shape = shapes.get(weight.parameter());
    argument(
        shape != null,
        "the plan is for another network: it names weight \"%s\" of layer %s, a %s with weights %s",
        weight.parameter(),
        weight.layer(),
        found.get().configuration().getClass().getSimpleName(),
        shapes.keySet());
    Tensorization t = weight.form().tensorization();
    argument(
        new WeightShape(t.outputs(), t.kernel(), t.inputs()).equals(shape),
        "the plan is for another network: layer %s, weight %s is %s, the plan has %s",
        weight.layer(),
        weight.parameter(),
        shape,
        t);
  }
}
