package org.dl4jtt.layers;

import java.util.Locale;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;

/** One line about a layer in tensor form: what {@code toString()} says. */
public final class TensorDescription {
  private TensorDescription() {}

  /** Kind, name, sizes; the form and its weights; the ranks asked for, where they were clipped. */
  public static String of(
      org.deeplearning4j.nn.conf.layers.Layer layer,
      @Nullable TensorForm form,
      @Nullable TensorRequest request,
      long inputs,
      long outputs) {
    String head =
        layer.getClass().getSimpleName()
            + "("
            + (layer.getLayerName() == null ? "" : layer.getLayerName() + ": ")
            + (inputs > 0 ? inputs : "?")
            + " -> "
            + outputs;
    if (form == null) {
      return head + ", form not resolved: nIn is not known)";
    }
    String asked =
        request == null || request.ranks().isEmpty() ? "" : ", asked for " + request.ranks();
    return String.format(
        Locale.ROOT,
        "%s, %s, %,d weights in place of %,d%s)",
        head,
        form,
        form.weights(),
        form.tensorization().weights(),
        asked);
  }
}
