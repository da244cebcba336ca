package org.dl4jtt.contraction;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.dl4jtt.tensor.Scheme;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Convolves a batch by a kernel's cores, and differentiates that, as a {@link ConvPlan} says:
 * {@code z = W * x + b}.
 *
 * <pre>
 *   x [N, I, H, W], z [N, O, H', W']  or  x [N, H, W, I], z [N, H', W', O]      b [O]
 * </pre>
 *
 * <p>Images may lie in memory in any way. 'c' order needs no copy; nor do, where {@link
 * #takesChannelsLast} says so, images [N, C, H, W] with their channels last in memory. One thread
 * at a time.
 */
public final class ConvContraction {
  private final ConvPlan plan;
  private final Function<DataType, Stages> executors;
  private final Map<DataType, Stages> stages = new EnumMap<>(DataType.class);
  private final CoreVersions versions = new CoreVersions(Products.best());

  /** Does what the plan says. */
  public ConvContraction(ConvPlan plan) {
    this(plan, type -> Stages.best(plan, type));
  }

  ConvContraction(ConvPlan plan, Function<DataType, Stages> executors) {
    this.plan = plan;
    this.executors = executors;
  }

  /** What a forward pass leaves for the backward pass: the input and what lies behind it. */
  public static final class Intermediates {
    private final INDArray x;
    private final StageKernels kernels;
    private final List<INDArray> between;

    private Intermediates(INDArray x, StageKernels kernels, List<INDArray> between) {
      this.x = x;
      this.kernels = kernels;
      this.between = between;
    }
  }

  /** The plan. */
  public ConvPlan plan() {
    return plan;
  }

  /** True if images [N, C, H, W] of this type with their channels last in memory need no copy. */
  public boolean takesChannelsLast(DataType type) {
    return stages(type).takesChannelsLast();
  }

  private Stages stages(DataType type) {
    return stages.computeIfAbsent(type, executors);
  }

  /**
   * Computes z.
   *
   * @param cores as a layer keeps them
   * @param bias null without
   * @param z overwritten
   * @param kept for what the backward pass needs again, if there is one
   * @param buffers for the duration of this call
   */
  public Intermediates forward(
      List<INDArray> cores,
      @Nullable INDArray bias,
      INDArray x,
      INDArray z,
      Scratch kept,
      Scratch buffers) {
    checkShape("input", x, plan.geometry().inputShape());
    checkShape("output", z, plan.geometry().outputShape());
    StageKernels kernels = merged(cores, kept);
    return new Intermediates(
        x, kernels, stages(x.dataType()).forward(x, kernels.kernels(), bias, z, kept, buffers));
  }

  private StageKernels merged(List<INDArray> cores, Scratch scratch) {
    List<INDArray> views = threeAxes(cores);
    return plan.form().tensorization().scheme() == Scheme.PAIRED
        ? new PairedKernels(plan, views, scratch)
        : new SeparatedKernels(plan, views, scratch);
  }

  /**
   * Computes z for inference. What was merged of the cores is kept for as long as they stay; each
   * call gives the same bits, the first one too.
   *
   * @param cores as a layer keeps them
   * @param bias null without
   * @param z overwritten
   * @param buffers for the duration of this call
   */
  public void infer(
      List<INDArray> cores, @Nullable INDArray bias, INDArray x, INDArray z, Scratch buffers) {
    if (plan.kernelLength() > KeptGroups.LARGEST) {
      forward(cores, bias, x, z, buffers, buffers);
      return;
    }
    checkShape("input", x, plan.geometry().inputShape());
    checkShape("output", z, plan.geometry().outputShape());
    stages(x.dataType())
        .infer(
            x, () -> versions.of(cores), () -> merged(cores, buffers).kernels(), bias, z, buffers);
  }

  /**
   * Gradients of the input, of the cores and of the bias; all are overwritten.
   *
   * @param all from the forward pass; usable once
   * @param coreGradients 'c' ordered, in the cores' shapes
   * @param biasGradient null if the forward pass had no bias
   * @param scratch for what is not needed after this call
   */
  public void backward(
      Intermediates all,
      INDArray zGradient,
      INDArray xGradient,
      List<INDArray> coreGradients,
      @Nullable INDArray biasGradient,
      Scratch scratch) {
    checkShape("gradient", zGradient, plan.geometry().outputShape());
    checkShape("input gradient", xGradient, plan.geometry().inputShape());
    List<INDArray> kernels = all.kernels.kernels();
    List<INDArray> kernelGradients =
        kernels.stream().map(k -> scratch.allocate(k.dataType(), k.shape())).toList();
    stages(all.x.dataType())
        .backward(
            all.x,
            kernels,
            all.between,
            zGradient,
            xGradient,
            kernelGradients,
            biasGradient,
            scratch);
    all.kernels.backward(kernelGradients, threeAxes(coreGradients), scratch);
  }

  private static void checkShape(String what, INDArray array, long[] shape) {
    argument(
        Arrays.equals(array.shape(), shape),
        "the %s has shape %s, the plan is for %s",
        what,
        Arrays.toString(array.shape()),
        Arrays.toString(shape));
  }

  /** Cores [r, n, r'], whatever the axes a layer gives the modes. */
  private static List<INDArray> threeAxes(List<INDArray> cores) {
    List<INDArray> views = new ArrayList<>();
    for (INDArray core : cores) {
      long left = core.size(0);
      long right = core.size(core.rank() - 1);
      views.add(core.reshape('c', new long[] {left, core.length() / (left * right), right}));
    }
    return views;
  }
}
