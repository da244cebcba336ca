package org.dl4jtt.layers;

import static org.dl4jtt.internal.Check.argument;

import java.util.List;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.jspecify.annotations.Nullable;

/** Whether modes and ranks fit a layer; the errors name the layer, both values and the way out. */
final class FormCheck {
  private FormCheck() {}

  /**
   * Checks that a form fits a layer.
   *
   * @param kernel empty, or {kH, kW}
   * @throws IllegalArgumentException if modes, kernel or ranks do not
   */
  static void fits(
      @Nullable String layerName, TensorForm form, int outputs, List<Integer> kernel, int inputs) {
    Tensorization t = form.tensorization();
    inputModes(layerName, t.inputModes(), inputs);
    outputModes(layerName, t.outputModes(), outputs);
    argument(
        t.kernel().equals(kernel),
        "%s: the form's kernel is %s but the layer's is %s",
        named(layerName),
        t.kernel(),
        kernel);
    ranks(layerName, form);
  }

  /**
   * Checks, before anything is allocated, that a form's ranks are not absurd: no unfolding of a
   * train has a higher rank than rows or columns, and no ring needs a rank above the number of the
   * weight's entries. Builders and decompositions stay below; a damaged model may not.
   *
   * @throws IllegalArgumentException if one of them is
   */
  static void ranks(@Nullable String layerName, TensorForm form) {
    List<Integer> modes = form.tensorization().modes();
    double entries = 1;
    for (int mode : modes) {
      entries *= mode;
    }
    double rows = 1;
    for (int k = 0; k <= modes.size(); k++) {
      double most = form.isTrain() ? Math.min(rows, Math.rint(entries / rows)) : entries;
      argument(
          form.ranks().get(k) <= most,
          "%s: ranks %s of %s cannot be reached: rank %d is %d, at most %.0f makes sense;"
              + " lower it (RankBounds.clip)",
          named(layerName),
          form.ranks(),
          form.tensorization(),
          k,
          form.ranks().get(k),
          most);
      rows *= k < modes.size() ? modes.get(k) : 1;
    }
  }

  /** Checks that the modes multiply to nIn. */
  static void inputModes(@Nullable String layerName, List<Integer> modes, int inputs) {
    product(layerName, "inputModes", modes, "nIn", inputs);
  }

  /** Checks that the modes multiply to nOut. */
  static void outputModes(@Nullable String layerName, List<Integer> modes, int outputs) {
    product(layerName, "outputModes", modes, "nOut", outputs);
  }

  private static void product(
      @Nullable String layerName, String name, List<Integer> modes, String sizeName, int size) {
    long product = 1;
    for (int mode : modes) {
      product *= mode;
    }
    argument(
        product == size,
        "%s: %s %s = %d but %s = %d; the product of %s must equal %s",
        named(layerName),
        name,
        Tensorization.times(modes),
        product,
        sizeName,
        size,
        name,
        sizeName);
  }

  /** The layer, as a message begins with it. */
  static String named(@Nullable String layerName) {
    return layerName == null ? "a layer without a name" : "layer '" + layerName + "'";
  }
}
