package org.dl4jtt.contraction;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;

/**
 * How a convolution by a kernel in tensor form is done: which cores are merged first, and the
 * convolutions that remain.
 *
 * @param kind which cores are merged
 * @param form the kernel
 * @param geometry the convolution by the full kernel
 * @param stages the convolutions, in the order they run
 * @param seconds what {@link ConvCost} predicts for one pass
 */
public record ConvPlan(
    Kind kind, TensorForm form, ConvGeometry geometry, List<ConvGeometry> stages, double seconds) {

  /** Which cores are merged before the data is touched. */
  public enum Kind {
    /** Input cores, then the positions' core, then output cores: 1x1, K x K, 1x1. */
    CHAIN,
    /** Input and positions' cores together: K x K, 1x1. */
    MERGED_INPUT,
    /** Positions' and output cores together: 1x1, K x K. */
    MERGED_OUTPUT,
    /** The full kernel. */
    REBUILT
  }

  /** The ranks that remain when neighbouring cores are merged: a and b beside the positions. */
  record Ranks(int ring, int a, int b) {}

  /** Copies the stages. */
  public ConvPlan {
    stages = List.copyOf(stages);
  }

  /**
   * The plan with the least predicted cost.
   *
   * @param training true for a forward and a backward pass, false for a forward pass
   */
  public static ConvPlan cheapest(TensorForm form, ConvGeometry geometry, boolean training) {
    return candidates(form, geometry, training).stream()
        .min(Comparator.comparingDouble(ConvPlan::seconds))
        .orElseThrow();
  }

  /**
   * The plan by which operations of inference are counted: the cheapest if cores were merged in
   * each call, as how often a network runs with the same cores is not known.
   */
  public static ConvPlan countedBy(TensorForm form, ConvGeometry geometry) {
    return candidates(form, geometry, false).stream()
        .min(Comparator.comparingDouble(p -> ConvCost.seconds(form, p.stages, false, false)))
        .orElseThrow();
  }

  /** All plans that this kernel can take, in a fixed order. */
  public static List<ConvPlan> candidates(
      TensorForm form, ConvGeometry geometry, boolean training) {
    List<ConvPlan> plans = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (isPossible(kind, form, geometry)) {
        plans.add(of(kind, form, geometry, training));
      }
    }
    return List.copyOf(plans);
  }

  /**
   * The plan of the given kind.
   *
   * @throws IllegalArgumentException if the kernel cannot take it, or does not fit the geometry
   */
  public static ConvPlan of(Kind kind, TensorForm form, ConvGeometry geometry, boolean training) {
    Tensorization t = form.tensorization();
    argument(
        t.outputs() == geometry.outputs()
            && t.inputs() == geometry.inputs()
            && t.kernel().equals(List.of(geometry.kernel().height(), geometry.kernel().width())),
        "a kernel of %s cannot convolve %s",
        form,
        geometry);
    argument(
        isPossible(kind, form, geometry),
        "%s has no %s plan; %s",
        form,
        kind,
        t.scheme() == Scheme.PAIRED
            ? "a PAIRED kernel is always REBUILT"
            : "a ring's CHAIN needs the channels first (NCHW)");
    List<ConvGeometry> stages = stages(kind, form, geometry);
    return new ConvPlan(kind, form, geometry, stages, ConvCost.seconds(form, stages, training));
  }

  private static boolean isPossible(Kind kind, TensorForm form, ConvGeometry geometry) {
    return switch (kind) {
      case REBUILT -> true;
      case CHAIN ->
          form.tensorization().scheme() == Scheme.SEPARATED
              && (form.isTrain() || !geometry.channelsLast());
      default -> form.tensorization().scheme() == Scheme.SEPARATED;
    };
  }

  private static List<ConvGeometry> stages(Kind kind, TensorForm form, ConvGeometry g) {
    if (kind == Kind.REBUILT) {
      return List.of(g);
    }
    Ranks r = ranks(form);
    int left = r.ring * r.a;
    int right = r.ring * r.b;
    ConvGeometry in =
        ConvGeometry.pointwise(g.batch(), g.inputs(), right, g.image(), g.channelsLast());
    ConvGeometry out =
        ConvGeometry.pointwise(g.batch(), left, g.outputs(), g.outputImage(), g.channelsLast());
    return switch (kind) {
      // The channels (c b) of a ring are c images of b channels each, with the channels first.
      case CHAIN -> List.of(in, g.channels(g.batch() * r.ring, r.b, r.a), out);
      case MERGED_INPUT -> List.of(g.channels(g.batch(), g.inputs(), left), out);
      default -> List.of(in, g.channels(g.batch(), right, g.outputs()));
    };
  }

  private static Ranks ranks(TensorForm form) {
    int p = form.tensorization().outputModes().size();
    return new Ranks(form.ranks().get(0), form.ranks().get(p), form.ranks().get(p + 1));
  }

  Ranks ranks() {
    return ranks(form);
  }

  /** Two for every multiply-add of the forward pass over the data, without merging the cores. */
  public long flops() {
    return stages.stream().mapToLong(ConvGeometry::flops).sum();
  }

  /** The numbers in the kernels of the convolutions. */
  double kernelLength() {
    return stages.stream().mapToDouble(ConvGeometry::kernelLength).sum();
  }

  /** The plan and its convolutions, for people. */
  public String describe() {
    StringBuilder text = new StringBuilder(form + ": " + kind);
    stages.forEach(stage -> text.append("\n  ").append(stage));
    return text.append(
            String.format(
                Locale.ROOT,
                "%n  %.3f GFLOP, %.1f %% of the dense convolution; predicted %.2f ms",
                flops() / 1e9,
                100.0 * flops() / geometry.flops(),
                seconds * 1e3))
        .toString();
  }
}
