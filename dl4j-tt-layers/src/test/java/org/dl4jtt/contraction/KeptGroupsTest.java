package org.dl4jtt.contraction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class KeptGroupsTest {
  private static final Scratch HEAP = (type, shape) -> Nd4j.createUninitialized(type, shape, 'c');

  private final TensorForm form =
      TensorForm.of(
          Tensorization.matrix(Scheme.PAIRED, List.of(4, 4, 4), List.of(4, 4, 4)),
          List.of(5, 5, 5, 5));

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(1);
  }

  private List<INDArray> cores(DataType type) {
    return form.coreShapes().stream().map(shape -> Nd4j.randn(type, shape)).toList();
  }

  private static INDArray product(MatrixContraction matrix, List<INDArray> cores, INDArray x) {
    INDArray y = Nd4j.create(x.dataType(), x.size(0), 64);
    matrix.forward(cores, x, y, false, HEAP);
    return y;
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void everyCall_hasTheBitsOfTheFirst_untilACoreChanges(DataType type) {
    MatrixContraction matrix = MatrixContraction.of(form);
    List<INDArray> cores = cores(type);
    INDArray one = Nd4j.randn(type, 1, 64);
    INDArray many = Nd4j.randn(type, 100, 64);
    for (int change = 0; change < 4; change++) {
      INDArray ofOne = product(MatrixContraction.of(form), cores, one);
      INDArray ofMany = product(MatrixContraction.of(form), cores, many);
      for (int call = 0; call < 4; call++) {
        assertThat(product(matrix, cores, many)).isEqualTo(ofMany);
        assertThat(product(matrix, cores, one)).isEqualTo(ofOne);
      }
      // the last number of one core, in place and by as little as matters
      INDArray core = cores.get(change % 3);
      core.putScalar(core.length() - 1, core.getDouble(core.length() - 1) * 1.001);
      assertThat(product(matrix, cores, many)).isNotEqualTo(ofMany);
      assertThat(product(matrix, cores, one)).isNotEqualTo(ofOne);
    }
  }

  @Test
  void training_mergesAnew_andEqualsInferenceBefore_andAfter() {
    MatrixContraction matrix = MatrixContraction.of(form).pinned(new Path(true, List.of(3)));
    List<INDArray> cores = cores(DataType.DOUBLE);
    INDArray x = Nd4j.randn(DataType.DOUBLE, 7, 64);
    INDArray y = product(matrix, cores, x);
    product(matrix, cores, x);
    product(matrix, cores, x);
    INDArray trained = Nd4j.create(DataType.DOUBLE, 7, 64);
    Tape tape = matrix.forward(cores, x, trained, true, HEAP);
    // sums of some hundred products of O(1) doubles, in one order or another
    assertThat(trained.distance2(y) / y.norm2Number().doubleValue()).isLessThan(1e-12);
    List<INDArray> gradients = cores.stream().map(INDArray::ulike).toList();
    matrix.backward(cores, x, trained, tape, gradients, null, HEAP);
    List<INDArray> again = cores.stream().map(INDArray::ulike).toList();
    matrix.backward(cores, x, trained, null, again, null, HEAP);
    assertThat(again).isEqualTo(gradients);
    assertThat(product(matrix, cores, x)).isEqualTo(y);
  }

  @Test
  void tapeOfInference_isRefused() {
    MatrixContraction matrix = MatrixContraction.of(form);
    List<INDArray> cores = cores(DataType.FLOAT);
    INDArray x = Nd4j.randn(DataType.FLOAT, 2, 64);
    Tape tape = matrix.forward(cores, x, x.ulike(), false, HEAP);
    assertThatThrownBy(() -> matrix.backward(cores, x, x, tape, cores, null, HEAP))
        .hasMessage(
            "the tape is of a forward pass for inference; run it with training = true, or give null");
  }

  @Test
  void nothingIsKept_thatWouldBeLargerThanIsWise() {
    CostModel costs = CostModel.CPU;
    assertThat(costs.merging(KeptGroups.LARGEST, false)).isLessThan(1);
    assertThat(costs.merging(KeptGroups.LARGEST + 1, false)).isEqualTo(1);
    assertThat(costs.merging(1, true)).isEqualTo(1);
    assertThat(CostModel.ND4J.merging(1, false)).isEqualTo(1);
  }

  @Test
  void flops_areThoseOfMergingForOneExample_notOfWhatIsKept() {
    MatrixContraction matrix = MatrixContraction.of(form);
    assertThat(matrix.flops()).isLessThan(2.0 * 64 * 64 * 25); // closing the ring alone
  }
}
