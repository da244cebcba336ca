package org.dl4jtt.contraction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.dl4jtt.internal.onednn.Copy;
import org.dl4jtt.internal.onednn.Images;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * By oneDNN, in FLOAT: all convolutions in one go, with the bias in the last of them.
 *
 * <p>The channels (c b) of a ring are c images of b channels each for the convolution in the
 * middle, which a reshape of images in 'c' order makes of them: there each convolution goes by
 * itself.
 */
final class OneDnnStages implements Stages {
  private final boolean channelsLast;
  private final List<ConvGeometry> stages;
  private final List<OneDnnSection> sections = new ArrayList<>();

  OneDnnStages(ConvPlan plan) {
    channelsLast = plan.geometry().channelsLast();
    stages = plan.stages();
    for (List<ConvGeometry> section : sections(stages)) {
      sections.add(new OneDnnSection(section));
    }
  }

  /** Parted where one convolution's output is not the next one's input as it is. */
  static List<List<ConvGeometry>> sections(List<ConvGeometry> stages) {
    List<List<ConvGeometry>> sections = new ArrayList<>();
    int from = 0;
    for (int s = 1; s <= stages.size(); s++) {
      if (s == stages.size()
          || !Arrays.equals(stages.get(s - 1).outputShape(), stages.get(s).inputShape())) {
        sections.add(stages.subList(from, s));
        from = s;
      }
    }
    return sections;
  }

  @Override
  public boolean takesChannelsLast() {
    return true;
  }

  /** One array for each convolution but the last: in 'c' order between sections. */
  @Override
  public List<INDArray> forward(
      INDArray x,
      List<INDArray> kernels,
      @Nullable INDArray bias,
      INDArray z,
      Scratch kept,
      Scratch buffers) {
    return run(
        x,
        bias,
        z,
        kept,
        buffers,
        (section, at, from, b, to) ->
            section.forward(
                from, kernels.subList(at, at + section.length()), b, to, kept, buffers));
  }

  @Override
  public void infer(
      INDArray x,
      LongSupplier version,
      Supplier<List<INDArray>> kernels,
      @Nullable INDArray bias,
      INDArray z,
      Scratch buffers) {
    long now = version.getAsLong();
    run(
        x,
        bias,
        z,
        buffers,
        buffers,
        (section, at, from, b, to) -> {
          section.infer(
              from, now, () -> kernels.get().subList(at, at + section.length()), b, to, buffers);
          return List.of();
        });
  }

  /** One section's forward pass: what lies between its convolutions. */
  private interface Pass {
    List<INDArray> run(
        OneDnnSection section, int at, INDArray x, @Nullable INDArray bias, INDArray z);
  }

  private List<INDArray> run(
      INDArray x, @Nullable INDArray bias, INDArray z, Scratch kept, Scratch buffers, Pass pass) {
    List<INDArray> between = new ArrayList<>();
    INDArray from = images(x, buffers);
    int at = 0;
    for (OneDnnSection section : sections) {
      int end = at + section.length();
      boolean last = end == stages.size();
      INDArray to =
          last ? channelsFirst(z) : kept.allocate(x.dataType(), stages.get(end - 1).outputShape());
      between.addAll(pass.run(section, at, from, last ? bias : null, to));
      if (!last) {
        from = to.reshape('c', stages.get(end).inputShape());
        between.add(from);
      }
      at = end;
    }
    return between;
  }

  @Override
  public void backward(
      INDArray x,
      List<INDArray> kernels,
      List<INDArray> between,
      INDArray zGradient,
      INDArray xGradient,
      List<INDArray> kernelGradients,
      @Nullable INDArray biasGradient,
      Scratch buffers) {
    INDArray gradient = images(zGradient, buffers);
    INDArray target = channelsFirst(xGradient);
    int end = stages.size();
    for (int k = sections.size() - 1; k >= 0; k--) {
      OneDnnSection section = sections.get(k);
      int at = end - section.length();
      boolean last = end == stages.size();
      INDArray from = at == 0 ? images(x, buffers) : between.get(at - 1);
      INDArray dz = last ? gradient : gradient.reshape('c', stages.get(end - 1).outputShape());
      // Each gradient lies in memory as what it is the gradient of.
      boolean direct = at == 0 && Arrays.equals(target.stride(), from.stride());
      INDArray dx = direct ? target : like(from, buffers);
      section.backward(
          from,
          kernels.subList(at, end),
          between.subList(at, end - 1),
          dz,
          dx,
          kernelGradients.subList(at, end),
          last ? biasGradient : null,
          buffers);
      gradient = dx;
      end = at;
    }
    if (gradient != target) {
      Copy.copy(gradient, target);
    }
  }

  /** [N, C, H, W], with channels first or last in memory. */
  private INDArray images(INDArray array, Scratch buffers) {
    INDArray images = channelsFirst(array);
    return Images.isChannelsFirst(images) || Images.isChannelsLast(images)
        ? images
        : Copy.copy(images, buffers.allocate(images.dataType(), images.shape()));
  }

  private INDArray channelsFirst(INDArray images) {
    return channelsLast ? Images.toNchw(images) : images;
  }

  private static INDArray like(INDArray images, Scratch buffers) {
    return Images.isChannelsFirst(images)
        ? buffers.allocate(images.dataType(), images.shape())
        : Images.toNchw(buffers.allocate(images.dataType(), Images.toNhwc(images).shape()));
  }
}
