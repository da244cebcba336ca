package org.dl4jtt.contraction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.dl4jtt.contraction.ConvGeometry.Extent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

class WinogradTest {
  private static final int SAME_O_I_H_W = 1;

  @ParameterizedTest(name = "{0} -> {1} channels at {2}x{2}, NHWC {3}")
  @CsvSource({"32,32,8,false", "33,40,7,false", "40,33,7,true", "64,32,9,true"})
  void forward_equalsTheDirectSumInDouble(int inputs, int outputs, int size, boolean last) {
    ConvGeometry g = geometry(16, inputs, outputs, new Extent(size, size), last);
    assumeTrue(Winograd.isFaster(g, DataType.FLOAT), "needs oneDNN and AVX-512");
    Nd4j.getRandom().setSeed(3);
    INDArray x = Nd4j.randn(DataType.FLOAT, g.inputShape());
    INDArray kernel = Nd4j.randn(DataType.FLOAT, outputs, inputs, 3, 3);
    INDArray expected = Nd4j.create(DataType.DOUBLE, g.outputShape());
    Nd4j.exec(
        DynamicCustomOp.builder("conv2d")
            .addInputs(x.castTo(DataType.DOUBLE), kernel.castTo(DataType.DOUBLE))
            .addOutputs(expected)
            .addIntegerArguments(3, 3, 1, 1, 1, 1, 1, 1, 1, last ? 1 : 0, SAME_O_I_H_W)
            .build());

    for (INDArray form :
        new INDArray[] {kernel.permute(0, 2, 3, 1), kernel.permute(0, 2, 3, 1).dup('c')}) {
      INDArray out = Nd4j.valueArrayOf(g.outputShape(), Float.NaN, DataType.FLOAT);
      Winograd.forward(g, x, form, out, (type, shape) -> Nd4j.create(type, shape));
      INDArray error = out.castTo(DataType.DOUBLE).sub(expected);
      // The transforms add some 10 numbers of up to 8 times the size: 1e-6 of the largest, or so.
      assertThat(error.amaxNumber().doubleValue())
          .isLessThan(5e-6 * expected.amaxNumber().doubleValue());
    }
  }

  @Test
  void onlyWhereItPays() {
    Extent image = new Extent(28, 28);
    boolean here = Winograd.isFaster(geometry(16, 64, 64, image, false), DataType.FLOAT);
    assertThat(Winograd.isFaster(geometry(16, 128, 128, image, true), DataType.FLOAT))
        .isEqualTo(here);
    assertThat(Winograd.isFaster(geometry(16, 64, 64, image, false), DataType.DOUBLE)).isFalse();
    assertThat(Winograd.isFaster(geometry(8, 64, 64, image, false), DataType.FLOAT)).isFalse();
    assertThat(Winograd.isFaster(geometry(16, 16, 64, image, false), DataType.FLOAT)).isFalse();
    assertThat(Winograd.isFaster(geometry(16, 256, 256, image, false), DataType.FLOAT)).isFalse();
    // The width of an image that is not square gets lost in M2.1's operation.
    assertThat(Winograd.isFaster(geometry(16, 64, 64, new Extent(28, 27), false), DataType.FLOAT))
        .isFalse();
  }

  private static ConvGeometry geometry(
      int batch, int inputs, int outputs, Extent image, boolean last) {
    return new ConvGeometry(
        batch,
        inputs,
        outputs,
        image,
        new Extent(3, 3),
        Extent.ONE,
        Extent.ONE,
        Extent.ONE,
        true,
        last);
  }
}
