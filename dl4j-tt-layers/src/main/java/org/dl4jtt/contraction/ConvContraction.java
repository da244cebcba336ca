package org.dl4jtt.contraction;

import static org.dl4jtt.tensor.Check.argument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dl4jtt.tensor.Scheme;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Convolves a batch by a kernel's cores, and differentiates that, as a {@link ConvPlan} says. */
public final class ConvContraction {
  private final ConvPlan plan;
  private final NativeConvolution convolution;

  /** Does what the plan says. */
  public ConvContraction(ConvPlan plan) {
    this(plan, Products.best());
  }

  ConvContraction(ConvPlan plan, Products products) {
    this.plan = plan;
    this.convolution = new NativeConvolution(products);
  }

  /** What a forward pass leaves for the backward pass: merged cores and the stages' inputs. */
  public static final class Intermediates {
    private final StageKernels kernels;
    private final List<INDArray> inputs;

    private Intermediates(StageKernels kernels, List<INDArray> inputs) {
      this.kernels = kernels;
      this.inputs = inputs;
    }
  }

  /** The plan. */
  public ConvPlan plan() {
    return plan;
  }

  /**
   * out = x * kernel.
   *
   * @param cores as a layer keeps them
   * @param x 'c' ordered
   * @param out 'c' ordered; overwritten
   * @param scratch for what the backward pass needs again, if there is one
   */
  public Intermediates forward(List<INDArray> cores, INDArray x, INDArray out, Scratch scratch) {
    Intermediates all = upToLast(cores, x, scratch);
    int last = plan.stages().size() - 1;
    run(all, last, out, scratch);
    return all;
  }

  /** The intermediates of a forward pass alone, where they were not kept. */
  public Intermediates upToLast(List<INDArray> cores, INDArray x, Scratch scratch) {
    checkShape("input", x, plan.geometry().inputShape());
    List<INDArray> views = threeAxes(cores);
    StageKernels kernels =
        plan.form().tensorization().scheme() == Scheme.PAIRED
            ? new PairedKernels(plan, views, scratch)
            : new SeparatedKernels(plan, views, scratch);
    List<ConvGeometry> stages = plan.stages();
    Intermediates all = new Intermediates(kernels, new ArrayList<>());
    all.inputs.add(x);
    for (int s = 0; s + 1 < stages.size(); s++) {
      INDArray z = scratch.allocate(x.dataType(), stages.get(s).outputShape());
      run(all, s, z, scratch);
      all.inputs.add(z.reshape('c', stages.get(s + 1).inputShape()));
    }
    return all;
  }

  private void run(Intermediates all, int stage, INDArray out, Scratch scratch) {
    convolution.forward(
        plan.stages().get(stage),
        all.inputs.get(stage),
        all.kernels.kernels().get(stage),
        out,
        scratch);
  }

  /**
   * Gradients of the input and of the cores.
   *
   * @param all from the forward pass
   * @param outGradient 'c' ordered
   * @param xGradient 'c' ordered; overwritten
   * @param coreGradients 'c' ordered, in the cores' shapes; overwritten
   * @param scratch for what is not needed after this call
   */
  public void backward(
      Intermediates all,
      INDArray outGradient,
      INDArray xGradient,
      List<INDArray> coreGradients,
      Scratch scratch) {
    checkShape("gradient", outGradient, plan.geometry().outputShape());
    List<ConvGeometry> stages = plan.stages();
    List<INDArray> kernelGradients = new ArrayList<>();
    INDArray gradient = outGradient;
    for (int s = stages.size() - 1; s >= 0; s--) {
      ConvGeometry stage = stages.get(s);
      INDArray kernel = all.kernels.kernels().get(s);
      INDArray x = all.inputs.get(s);
      INDArray dx = s == 0 ? xGradient : scratch.allocate(x.dataType(), x.shape());
      INDArray dKernel = scratch.allocate(x.dataType(), kernel.shape());
      convolution.backward(
          stage, x, kernel, gradient.reshape('c', stage.outputShape()), dx, dKernel, scratch);
      kernelGradients.add(0, dKernel);
      gradient = dx;
    }
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
