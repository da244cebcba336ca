package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Against values that NumPy computed: testdata/golden/tensors.txt, made by the script beside it.
 */
class GoldenTest {
  private static final double ROUNDING = 1e-12; // a few products of O(1) doubles
  private static final Map<String, double[]> GOLDEN = new HashMap<>();

  @BeforeAll
  static void read() throws IOException {
    Path file = Path.of(System.getProperty("dl4jtt.testdata"), "golden", "tensors.txt");
    for (String line : Files.readAllLines(file)) {
      if (!line.startsWith("#")) {
        String[] parts = line.split(": ");
        GOLDEN.put(
            parts[0],
            Arrays.stream(parts[1].split(" ")).mapToDouble(Double::parseDouble).toArray());
      }
    }
  }

  private static INDArray array(String name) {
    INDArray array = Nd4j.create(DataType.DOUBLE, shape(name), 'c');
    double[] values = GOLDEN.get(name);
    for (int i = 0; i < values.length; i++) {
      array.putScalar(i, values[i]);
    }
    return array;
  }

  private static long[] shape(String name) {
    return Arrays.stream(GOLDEN.get(name + ".shape")).mapToLong(n -> (long) n).toArray();
  }

  private static List<INDArray> cores(String name, int d) {
    List<INDArray> cores = new ArrayList<>();
    for (int k = 0; k < d; k++) {
      cores.add(array(name + ".core" + k));
    }
    return cores;
  }

  @Test
  void ttSvd_givesNumPysTruncatedTensor_andSingularValues() {
    INDArray tensor = array("tt.tensor");

    TensorTrain train = TtSvd.decompose(tensor, Truncation.ranks(List.of(3, 6, 4)));
    Spectra spectra = Spectra.of(tensor);

    assertThat(Dense.relativeDistance(train.full(), array("tt.truncated"))).isLessThan(ROUNDING);
    for (int k = 1; k <= 3; k++) {
      assertThat(spectra.singularValues(k))
          .containsExactly(GOLDEN.get("tt.singular" + k), within(1e-7)); // Gram: 1e-8 of 19
    }
  }

  @Test
  void ring_hasNumPysTensorAndNorm_andIsFoundAgain() {
    TensorRing ring = new TensorRing(cores("ring", 3));
    INDArray full = array("ring.full");

    assertThat(Dense.relativeDistance(ring.full(), full)).isLessThan(ROUNDING);
    assertThat(ring.norm()).isCloseTo(GOLDEN.get("ring.norm")[0], within(ROUNDING * 100));
    TensorRing found = TrSvd.decompose(full, Truncation.relativeError(0));
    assertThat(Dense.relativeDistance(found.full(), full)).isLessThan(ROUNDING);
  }

  @Test
  void ttMatrix_isNumPysMatrix_andMultipliesAlike() {
    Tensorization t = Tensorization.matrix(Scheme.PAIRED, List.of(2, 3, 2), List.of(3, 2, 4));
    INDArray parameter = assertStored(t, "matrix", 3);

    INDArray y = Nd4j.create(DataType.DOUBLE, 1, 12);
    Nd4j.gemm(array("matrix.x").reshape('c', 1, 24), parameter, y, false, false, 1, 0);
    assertThat(y.toDoubleVector()).containsExactly(GOLDEN.get("matrix.y"), within(1e-11));
  }

  @Test
  void separatedKernel_isNumPysKernel() {
    Tensorization t = Tensorization.kernel(Scheme.SEPARATED, List.of(2, 3), 2, 3, List.of(4));
    assertStored(t, "kernel", 4);
  }

  /** From stored cores to the parameter, and back by decomposition at those ranks. */
  private static INDArray assertStored(Tensorization t, String name, int d) {
    List<INDArray> cores = new ArrayList<>();
    for (INDArray core : cores(name, d)) {
      long right = core.size(core.rank() - 1);
      cores.add(
          core.reshape(
              'c', new long[] {core.size(0), core.length() / core.size(0) / right, right}));
    }
    FactoredWeight weight = new FactoredWeight(t, new TensorTrain(cores));
    INDArray parameter = array(name + ".parameter");

    assertThat(Dense.relativeDistance(weight.toParameter(), parameter)).isLessThan(ROUNDING);
    FactoredWeight found = FactoredWeight.decompose(parameter, weight.form());
    assertThat(found.form()).isEqualTo(weight.form());
    assertThat(Dense.relativeDistance(found.toParameter(), parameter)).isLessThan(ROUNDING);
    return weight.toParameter();
  }
}
