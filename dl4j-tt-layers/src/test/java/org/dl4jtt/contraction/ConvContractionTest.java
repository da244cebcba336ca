package org.dl4jtt.contraction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.dl4jtt.contraction.ConvGeometry.Extent;
import org.dl4jtt.contraction.ConvPlan.Kind;
import org.dl4jtt.internal.onednn.Images;
import org.dl4jtt.internal.onednn.OneDnn;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.TensorRing;
import org.dl4jtt.tensor.TensorTrain;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Broadcast;
import org.nd4j.linalg.factory.Nd4j;

/** Every plan against a convolution by the full kernel, written as its sum. */
class ConvContractionTest {
  private static final Scratch DETACHED =
      (type, shape) -> Nd4j.valueArrayOf(shape, Double.NaN, type);

  private static final WorkspaceConfiguration SCRATCH =
      WorkspaceConfiguration.builder().initialSize(64 << 20).build();

  record Case(String name, TensorForm form, ConvGeometry geometry, Kind kind) {
    @Override
    public String toString() {
      return name + " " + kind;
    }
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (boolean last : new boolean[] {false, true}) {
      for (int ring : new int[] {1, 2}) {
        for (Scheme scheme : Scheme.values()) {
          String name = (last ? "NHWC " : "NCHW ") + scheme + (ring == 1 ? " train" : " ring");
          add(cases, name + " 3x2", form(scheme, ring, 3, 2), geometry(3, 2, 1, 1, 1, false, last));
          add(
              cases,
              name + " same stride 2",
              form(scheme, ring, 3, 2),
              geometry(3, 2, 2, 0, 1, true, last));
          add(cases, name + " 1x1", form(scheme, ring, 1, 1), geometry(1, 1, 1, 0, 1, false, last));
          add(
              cases,
              name + " 1x1 stride 2",
              form(scheme, ring, 1, 1),
              geometry(1, 1, 2, 0, 1, false, last));
          add(
              cases,
              name + " dilated",
              form(scheme, ring, 2, 3),
              geometry(2, 3, 1, 1, 2, false, last));
          add(
              cases,
              name + " dilated same",
              form(scheme, ring, 2, 3),
              geometry(2, 3, 2, 0, 2, true, last));
        }
      }
    }
    return cases;
  }

  private static void add(List<Case> cases, String name, TensorForm form, ConvGeometry g) {
    ConvPlan.candidates(form, g, true).forEach(p -> cases.add(new Case(name, form, g, p.kind())));
  }

  private static TensorForm form(Scheme scheme, int ring, int kH, int kW) {
    Tensorization t = Tensorization.kernel(scheme, List.of(2, 3), kH, kW, List.of(2, 2));
    return scheme == Scheme.PAIRED
        ? TensorForm.of(t, List.of(ring, 3, 2, ring))
        : TensorForm.of(t, List.of(ring, 2, 4, 3, 2, ring));
  }

  private static ConvGeometry geometry(
      int kH, int kW, int stride, int pad, int dilation, boolean same, boolean last) {
    Extent image = new Extent(6, 5);
    Extent padding = new Extent(pad, pad);
    if (same) {
      int h =
          Math.max(0, ((6 + stride - 1) / stride - 1) * stride + (kH - 1) * dilation + 1 - 6) / 2;
      int w =
          Math.max(0, ((5 + stride - 1) / stride - 1) * stride + (kW - 1) * dilation + 1 - 5) / 2;
      padding = new Extent(h, w);
    }
    return new ConvGeometry(
        2,
        4,
        6,
        image,
        new Extent(kH, kW),
        new Extent(stride, stride),
        padding,
        new Extent(dilation, dilation),
        same,
        last);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void forwardAndBackward_equalTheSumOverTheFullKernel(Case c) {
    ConvPlan plan = ConvPlan.of(c.kind, c.form, c.geometry, true);
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      check(c, by(new Nd4jStages(plan, Products.best()), plan), type);
      check(c, by(new Nd4jStages(plan, new Nd4jProducts()), plan), type);
    }
    if (OneDnn.isAvailable()) {
      check(c, by(new OneDnnStages(plan), plan), DataType.FLOAT);
    }
  }

  private static ConvContraction by(Stages executor, ConvPlan plan) {
    return new ConvContraction(plan, type -> executor);
  }

  private static void check(Case c, ConvContraction contraction, DataType type) {
    check(c, contraction, type, false);
    if (!c.geometry.channelsLast()) {
      check(c, contraction, type, true);
    }
  }

  /**
   * @param turned images [N, C, H, W] have their channels last in memory
   */
  private static void check(Case c, ConvContraction contraction, DataType type, boolean turned) {
    double tolerance = type == DataType.DOUBLE ? 1e-12 : 1e-4; // sums of some 100 products of O(1)
    Random random = new Random(7);
    List<INDArray> cores = new ArrayList<>();
    List<INDArray> gradients = new ArrayList<>();
    for (long[] shape : c.form.coreShapes()) {
      cores.add(random(random, type, shape));
      gradients.add(Nd4j.valueArrayOf(shape, Double.NaN, type));
    }
    INDArray bias = random(random, type, c.geometry.outputs());
    INDArray x = layout(random(random, type, c.geometry.inputShape()), turned);
    INDArray out = layout(DETACHED.allocate(type, c.geometry.outputShape()), turned);
    ConvContraction.Intermediates kept =
        contraction.forward(cores, bias, x, out, DETACHED, DETACHED);

    INDArray kernel = kernel(c.form, cores);
    INDArray expected = naive(c.geometry, x, kernel);
    int channelAxis = c.geometry.channelsLast() ? 3 : 1;
    Broadcast.add(expected, bias.castTo(DataType.DOUBLE), expected, channelAxis);
    assertThat(maxError(out, expected)).isLessThan(tolerance);
    checkInference(c, contraction, cores, x, tolerance);

    INDArray dOut = layout(random(random, type, c.geometry.outputShape()), turned);
    INDArray dx = layout(DETACHED.allocate(type, c.geometry.inputShape()), turned);
    INDArray dBias = DETACHED.allocate(type, c.geometry.outputs());
    contraction.backward(kept, dOut, dx, gradients, dBias, DETACHED);
    // <dOut, conv(v, W)> = <dx, v> for any v, as the convolution is linear in the image
    INDArray v = random(random, type, c.geometry.inputShape());
    assertThat(dot(dx, v)).isCloseTo(dot(dOut, naive(c.geometry, v, kernel)), within(tolerance));
    // ... and in every core
    for (int k = 0; k < cores.size(); k++) {
      INDArray direction = random(random, type, c.form.coreShape(k));
      List<INDArray> other = new ArrayList<>(cores);
      other.set(k, direction);
      assertThat(dot(gradients.get(k), direction))
          .as("core %d", k)
          .isCloseTo(dot(dOut, naive(c.geometry, x, kernel(c.form, other))), within(tolerance));
    }
    INDArray sums = dOut.castTo(DataType.DOUBLE).dup('c');
    sums = channelAxis == 3 ? sums.sum(0, 1, 2) : sums.sum(0, 2, 3);
    assertThat(maxError(dBias, sums)).isLessThan(tolerance);
  }

  /** From call to call, with the same cores and with others in the same place. */
  private static void checkInference(
      Case c, ConvContraction contraction, List<INDArray> cores, INDArray x, double tolerance) {
    INDArray last = cores.get(cores.size() - 1);
    INDArray before = last.dup();
    for (double factor : new double[] {1, -0.5, 1}) {
      last.assign(before.mul(factor));
      INDArray expected = naive(c.geometry, x, kernel(c.form, cores));
      INDArray first = null;
      for (int call = 0; call < 3; call++) {
        INDArray z = DETACHED.allocate(x.dataType(), c.geometry.outputShape());
        contraction.infer(cores, null, x, z, DETACHED);
        assertThat(maxError(z, expected)).as("call %d", call).isLessThan(tolerance);
        assertThat(first == null ? z : first).as("bits of call %d", call).isEqualTo(z);
        first = z;
      }
    }
  }

  private static INDArray layout(INDArray images, boolean turned) {
    return turned ? Images.toNchw(Images.toNhwc(images).dup('c')) : images;
  }

  private static org.assertj.core.data.Offset<Double> within(double tolerance) {
    return org.assertj.core.data.Offset.offset(
        tolerance * 200); // inner products of 200 and more terms
  }

  private static INDArray kernel(TensorForm form, List<INDArray> cores) {
    List<INDArray> views = new ArrayList<>();
    for (INDArray core : cores) {
      long l = core.size(0);
      long r = core.size(core.rank() - 1);
      views.add(core.reshape('c', new long[] {l, core.length() / l / r, r}));
    }
    return new FactoredWeight(
            form.tensorization(), form.isTrain() ? new TensorTrain(views) : new TensorRing(views))
        .toParameter();
  }

  /** The definition, entry by entry, in double. */
  private static INDArray naive(ConvGeometry g, INDArray x, INDArray w) {
    double[] image = values(x);
    double[] kernel = values(w);
    INDArray out = Nd4j.create(DataType.DOUBLE, g.outputShape());
    double[] sums = new double[(int) out.length()];
    Extent size = g.outputImage();
    for (int n = 0; n < g.batch(); n++) {
      for (int o = 0; o < g.outputs(); o++) {
        for (int h = 0; h < size.height(); h++) {
          for (int v = 0; v < size.width(); v++) {
            double sum = 0;
            for (int i = 0; i < g.inputs(); i++) {
              for (int p = 0; p < g.kernel().height(); p++) {
                for (int q = 0; q < g.kernel().width(); q++) {
                  int y =
                      h * g.stride().height() - g.padding().height() + p * g.dilation().height();
                  int z = v * g.stride().width() - g.padding().width() + q * g.dilation().width();
                  if (y >= 0 && y < g.image().height() && z >= 0 && z < g.image().width()) {
                    int row = (o * g.inputs() + i) * g.kernel().height() + p;
                    sum +=
                        kernel[row * g.kernel().width() + q]
                            * image[index(g, g.inputs(), g.image(), n, i, y, z)];
                  }
                }
              }
            }
            sums[index(g, g.outputs(), size, n, o, h, v)] = sum;
          }
        }
      }
    }
    return out.assign(Nd4j.createFromArray(sums).reshape('c', g.outputShape()));
  }

  /** Where a pixel lies in a 'c'-ordered batch of images. */
  private static int index(ConvGeometry g, int channels, Extent size, int n, int c, int y, int z) {
    return g.channelsLast()
        ? ((n * size.height() + y) * size.width() + z) * channels + c
        : ((n * channels + c) * size.height() + y) * size.width() + z;
  }

  private static double[] values(INDArray array) {
    return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
  }

  private static double dot(INDArray a, INDArray b) {
    return a.castTo(DataType.DOUBLE).mul(b.castTo(DataType.DOUBLE)).sumNumber().doubleValue();
  }

  private static double maxError(INDArray a, INDArray b) {
    double[] values = values(a.castTo(DataType.DOUBLE).sub(b));
    double max = 0;
    for (double value : values) {
      max = Double.isNaN(value) ? Double.POSITIVE_INFINITY : Math.max(max, Math.abs(value));
    }
    return max;
  }

  private static INDArray random(Random random, DataType type, long... shape) {
    INDArray array = Nd4j.create(type, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }

  /** With so many channels that oneDNN takes minimal filtering; in a workspace, as layers do. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void oneDnn_givesTheNumbersOfNd4jsOperationsInDouble(Kind kind) {
    assumeTrue(OneDnn.isAvailable(), "no oneDNN (org.bytedeco:dnnl) for this platform");
    Tensorization t = Tensorization.kernel(Scheme.SEPARATED, List.of(5, 8), 3, 3, List.of(9, 5));
    Extent three = new Extent(3, 3);
    ConvGeometry g =
        new ConvGeometry(
            3, 45, 40, new Extent(9, 11), three, Extent.ONE, Extent.ONE, Extent.ONE, true, false);
    for (int ring : new int[] {1, 2}) {
      TensorForm form = TensorForm.of(t, List.of(ring, 4, 33, 35, 3, ring));
      ConvPlan plan = ConvPlan.of(kind, form, g, true);
      List<INDArray> expected = step(new Nd4jStages(plan, Products.best()), plan, DataType.DOUBLE);
      for (boolean turned : new boolean[] {false, true}) {
        List<INDArray> actual = step(new OneDnnStages(plan), plan, DataType.FLOAT, turned, turned);
        List<INDArray> mixed = step(new OneDnnStages(plan), plan, DataType.FLOAT, turned, !turned);
        for (int k = 0; k < expected.size(); k++) {
          // minimal filtering in float: 2e-6 of the largest, and three convolutions of it
          double tolerance = 2e-5 * expected.get(k).amaxNumber().doubleValue();
          assertThat(maxError(actual.get(k), expected.get(k))).as("%d", k).isLessThan(tolerance);
          assertThat(maxError(mixed.get(k), expected.get(k))).as("%d", k).isLessThan(tolerance);
        }
      }
    }
  }

  private static List<INDArray> step(Stages executor, ConvPlan plan, DataType type) {
    return step(executor, plan, type, false, false);
  }

  /** Output and all gradients of a training step. */
  private static List<INDArray> step(
      Stages executor, ConvPlan plan, DataType type, boolean xTurned, boolean zTurned) {
    Random random = new Random(8);
    List<INDArray> cores =
        plan.form().coreShapes().stream().map(s -> random(random, type, s)).toList();
    List<INDArray> gradients = cores.stream().map(INDArray::ulike).toList();
    ConvGeometry g = plan.geometry();
    INDArray bias = random(random, type, g.outputs());
    INDArray x = layout(random(random, type, g.inputShape()), xTurned);
    INDArray z = layout(Nd4j.create(type, g.outputShape()), zTurned);
    INDArray dz = layout(random(random, type, g.outputShape()), xTurned);
    INDArray dx = layout(Nd4j.create(type, g.inputShape()), zTurned);
    INDArray dBias = bias.ulike();
    ConvContraction contraction = by(executor, plan);
    try (MemoryWorkspace workspace =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(SCRATCH, "contraction")) {
      Scratch scratch = (t, shape) -> Nd4j.createUninitialized(t, shape, 'c');
      ConvContraction.Intermediates all = contraction.forward(cores, bias, x, z, scratch, scratch);
      contraction.backward(all, dz, dx, gradients, dBias, scratch);
    }
    List<INDArray> result = new ArrayList<>(List.of(z, dx, dBias));
    result.addAll(gradients);
    return result;
  }

  @Test
  void aPairedKernel_isAlwaysRebuilt() {
    TensorForm form = form(Scheme.PAIRED, 1, 3, 2);
    ConvGeometry g = geometry(3, 2, 1, 1, 1, false, false);
    assertThat(ConvPlan.cheapest(form, g, false).kind()).isEqualTo(Kind.REBUILT);
    assertThatThrownBy(() -> ConvPlan.of(Kind.CHAIN, form, g, false))
        .hasMessageContaining("has no CHAIN plan; a PAIRED kernel is always REBUILT");
  }
}
