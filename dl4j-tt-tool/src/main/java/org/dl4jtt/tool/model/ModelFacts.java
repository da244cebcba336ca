package org.dl4jtt.tool.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.dl4jtt.layers.TensorLayer;
import org.dl4jtt.plan.NetworkCost;
import org.dl4jtt.plan.NetworkLayer;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a model consists of.
 *
 * @param input what goes in, for people
 * @param weights all of its parameters
 * @param flops for one example, or one step of a sequence; null if the size of the images is not
 *     known
 * @param layers those with parameters
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelFacts(
    String input, long weights, @Nullable Long flops, List<LayerFacts> layers) {

  /**
   * One layer.
   *
   * @param type DL4J's class
   * @param shape of its parameters, as {@code W 784x100, b 100}
   * @param ranks of a tensor layer; null for any other
   * @param spectra of weights that could become tensors
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record LayerFacts(
      String layer,
      String type,
      String shape,
      long weights,
      @Nullable Long flops,
      @Nullable List<Integer> ranks,
      List<Spectrum> spectra) {}

  /**
   * Looks at a model.
   *
   * @param spectra whether singular values are wanted
   */
  public static ModelFacts of(LoadedModel loaded, boolean spectra) {
    Model model = loaded.model();
    Optional<Map<String, Long>> flops = flops(model, loaded.input());
    List<LayerFacts> layers = new ArrayList<>();
    for (NetworkLayer layer : NetworkLayer.of(model)) {
      Map<String, INDArray> parameters = layer.parameters();
      if (parameters == null || parameters.isEmpty()) {
        continue;
      }
      layers.add(
          new LayerFacts(
              layer.name(),
              layer.configuration().getClass().getSimpleName(),
              shape(parameters),
              parameters.values().stream().mapToLong(INDArray::length).sum(),
              flops.map(all -> all.get(layer.name())).orElse(null),
              ranks(layer),
              spectra ? Spectrum.of(layer) : List.of()));
    }
    return new ModelFacts(
        loaded.input().toString(),
        model.numParams(),
        flops.map(all -> all.values().stream().mapToLong(f -> f).sum()).orElse(null),
        layers);
  }

  private static Optional<Map<String, Long>> flops(Model model, ModelInput input) {
    try {
      InputType[] types = input.type().stream().toArray(InputType[]::new);
      return Optional.of(
          NetworkCost.of(model, types).layers().stream()
              .filter(layer -> layer.counted().isPresent()) // of the others nothing is said
              .collect(
                  Collectors.toMap(NetworkCost.LayerCost::layer, NetworkCost.LayerCost::flops)));
    } catch (IllegalArgumentException e) {
      if (input.type().isPresent()) {
        throw e;
      }
      return Optional.empty(); // the size of the images is not known
    }
  }

  private static String shape(Map<String, INDArray> parameters) {
    return parameters.entrySet().stream()
        .map(
            e ->
                e.getKey()
                    + " "
                    + Arrays.stream(e.getValue().shape())
                        .mapToObj(String::valueOf)
                        .collect(Collectors.joining("x")))
        .collect(Collectors.joining(", "));
  }

  private static @Nullable List<Integer> ranks(NetworkLayer layer) {
    if (layer.configuration() instanceof TensorLayer tensor) {
      TensorForm form = tensor.getForm();
      return form == null ? null : form.ranks();
    }
    return null;
  }
}
