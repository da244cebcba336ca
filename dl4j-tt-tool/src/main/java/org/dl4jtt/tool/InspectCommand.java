package org.dl4jtt.tool;

import static org.dl4jtt.internal.Check.argument;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.tool.model.LoadedModel;
import org.dl4jtt.tool.model.ModelFacts;
import org.dl4jtt.tool.model.ModelFacts.LayerFacts;
import org.dl4jtt.tool.model.ModelInput;
import org.dl4jtt.tool.model.Spectrum;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a model consists of, and how far it can shrink. */
@Command(
    name = "inspect",
    sortOptions = false,
    description = "Layers, weights, operations; how fast their singular values fall.",
    footer = {
      "",
      "energy: the share of a weight's squared norm that 1/8, 2/8, ... of its singular",
      "values hold. ranks: as many hold 90 / 99 / 99.9 %%; of a kernel two numbers,",
      "for its outputs and its inputs."
    })
final class InspectCommand implements Callable<Integer> {
  @Mixin private final ModelOptions model = new ModelOptions();

  @Option(
      names = "--target",
      paramLabel = "T",
      converter = TargetOption.Converter.class,
      description = "shows a plan: weights=1/4, flops=1/2.5 or time=1/2")
  private @Nullable TargetOption target;

  @Mixin private final CommonOptions common = new CommonOptions();

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Answer(
      ModelFacts model,
      @JsonRawValue @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String plan) {}

  @Override
  public Integer call() throws IOException {
    LoadedModel loaded = model.read();
    ModelFacts facts = ModelFacts.of(loaded, true);
    CompressionPlan plan = target == null ? null : plan(loaded, target);
    common.answer(
        new Answer(facts, plan == null ? null : plan.toJson()),
        () ->
            text(facts)
                + (plan == null
                    ? ""
                    : "\nplan for " + target + "\n" + PlanTable.of(plan, facts.flops() != null)));
    return 0;
  }

  static CompressionPlan plan(LoadedModel loaded, TargetOption target) {
    Model model = loaded.model();
    argument(
        target.unit() == TargetOption.Unit.WEIGHTS
            || loaded.input().kind() != ModelInput.Kind.IMAGE
            || loaded.input().type().isPresent(),
        "a plan to %s needs the size of the images, which %s does not tell; give --size HxW",
        target,
        loaded.file());
    InputType[] types = loaded.input().type().stream().toArray(InputType[]::new);
    return target.applyTo(CompressionPlan.of(model).inputTypes(types)).build();
  }

  private static String text(ModelFacts facts) {
    TextTable table =
        new TextTable("layer", "type", "weights", "", "flops", "", "energy", "ranks", "full");
    for (LayerFacts layer : facts.layers()) {
      List<Spectrum> spectra = layer.spectra();
      table.row(
          layer.layer(),
          layer.type(),
          NumberFormats.whole(layer.weights()),
          NumberFormats.percent((double) layer.weights() / facts.weights()),
          layer.flops() == null ? "?" : NumberFormats.whole(layer.flops()),
          layer.flops() == null || facts.flops() == null
              ? ""
              : NumberFormats.percent((double) layer.flops() / Math.max(1, facts.flops())),
          spectra.isEmpty() ? "" : curve(spectra.get(0)),
          layer.ranks() != null
              ? PlanTable.ranks(layer.ranks())
              : spectra.isEmpty() ? "" : ranks(spectra.get(0)),
          spectra.isEmpty() ? "" : list(spectra.get(0).rank()));
      for (Spectrum more : spectra.subList(Math.min(1, spectra.size()), spectra.size())) {
        table.row(
            "", more.parameter(), "", "", "", "", curve(more), ranks(more), list(more.rank()));
      }
    }
    return table
        + String.format(
            Locale.ROOT,
            "input %s; %s weights; %s%n",
            facts.input(),
            NumberFormats.whole(facts.weights()),
            facts.flops() == null
                ? "flops are not known without --size HxW"
                : NumberFormats.whole(facts.flops()) + " flops for one example or step");
  }

  private static String curve(Spectrum spectrum) {
    return Sparkline.of(
        spectrum.energy().stream().mapToDouble(e -> e).toArray(), Charset.defaultCharset());
  }

  private static String ranks(Spectrum s) {
    return list(s.rank90()) + " / " + list(s.rank99()) + " / " + list(s.rank999());
  }

  private static String list(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
