package org.dl4jtt.contraction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The oracle is the dense matrix, built entry by entry from the definition. */
class MatrixContractionTest {
  private static final Scratch HEAP = (type, shape) -> Nd4j.createUninitialized(type, shape, 'c');

  private static TensorForm paired(List<Integer> m, List<Integer> n, Integer... ranks) {
    return TensorForm.of(Tensorization.matrix(Scheme.PAIRED, m, n), List.of(ranks));
  }

  private static TensorForm separated(List<Integer> m, List<Integer> n, Integer... ranks) {
    return TensorForm.of(Tensorization.matrix(Scheme.SEPARATED, m, n), List.of(ranks));
  }

  static Stream<TensorForm> forms() {
    return Stream.of(
        paired(List.of(3), List.of(5), 1, 1), // one core
        paired(List.of(2, 3), List.of(4, 2), 1, 3, 1),
        paired(List.of(2, 1, 3), List.of(1, 4, 2), 1, 2, 3, 1), // modes of 1
        paired(List.of(2, 3, 2), List.of(3, 2, 2), 1, 1, 1, 1), // rank 1
        paired(List.of(2, 3, 2), List.of(2, 2, 3), 1, 4, 6, 1), // full rank
        paired(List.of(1, 1, 12), List.of(7, 2, 1), 1, 5, 2, 1), // lopsided
        paired(List.of(2, 2, 2, 2), List.of(2, 3, 1, 2), 1, 3, 4, 2, 1),
        separated(List.of(6), List.of(5), 1, 4, 1),
        separated(List.of(2, 3), List.of(4, 2), 1, 2, 5, 3, 1),
        separated(List.of(2, 3, 2), List.of(5), 1, 2, 5, 3, 1),
        paired(List.of(3), List.of(4), 3, 3), // a ring of one core
        paired(List.of(3, 2), List.of(4, 2), 2, 3, 2),
        paired(List.of(2, 3, 2), List.of(3, 2, 2), 2, 3, 4, 2),
        paired(List.of(2, 1, 2, 3), List.of(2, 3, 1, 2), 3, 2, 4, 2, 3),
        separated(List.of(2, 3), List.of(4, 2), 3, 2, 5, 3, 3));
  }

  private static List<INDArray> cores(TensorForm form, DataType type) {
    Random random = new Random(7);
    List<INDArray> cores = new ArrayList<>();
    for (long[] shape : form.coreShapes()) {
      INDArray core = Nd4j.create(type, shape, 'c');
      for (long i = 0; i < core.length(); i++) {
        core.putScalar(i, random.nextGaussian());
      }
      cores.add(core);
    }
    return cores;
  }

  private static INDArray random(DataType type, int seed, char order, long... shape) {
    Random random = new Random(seed);
    INDArray array = Nd4j.create(type, shape, order);
    for (int i = 0; i < shape[0]; i++) {
      for (int j = 0; j < shape[1]; j++) {
        array.putScalar(i, j, random.nextGaussian());
      }
    }
    return array;
  }

  /** W(i, j) = trace of the product of the cores' slices, [M, N]. */
  static double[][] dense(TensorForm form, List<INDArray> cores) {
    Tensorization t = form.tensorization();
    double[][] w = new double[t.outputs()][t.inputs()];
    for (int i = 0; i < t.outputs(); i++) {
      for (int j = 0; j < t.inputs(); j++) {
        w[i][j] = entry(form, cores, digits(i, t.outputModes()), digits(j, t.inputModes()));
      }
    }
    return w;
  }

  private static double entry(TensorForm form, List<INDArray> cores, int[] i, int[] j) {
    int r0 = form.ranks().get(0);
    double trace = 0;
    for (int a = 0; a < r0; a++) {
      double[] row = new double[r0];
      row[a] = 1;
      for (int k = 0; k < cores.size(); k++) {
        INDArray core = cores.get(k);
        int out = form.ranks().get(k + 1);
        double[] next = new double[out];
        for (int b = 0; b < out; b++) {
          for (int c = 0; c < row.length; c++) {
            next[b] += row[c] * at(core, k, c, b, i, j);
          }
        }
        row = next;
      }
      trace += row[a];
    }
    return trace;
  }

  private static double at(INDArray core, int k, int left, int right, int[] i, int[] j) {
    if (core.rank() == 4) {
      return core.getDouble(left, i[k], j[k], right);
    }
    return core.getDouble(left, k < i.length ? i[k] : j[k - i.length], right);
  }

  private static int[] digits(int index, List<Integer> modes) {
    int[] digits = new int[modes.size()];
    int rest = index;
    for (int k = digits.length - 1; k >= 0; k--) {
      digits[k] = rest % modes.get(k);
      rest /= modes.get(k);
    }
    return digits;
  }

  private static INDArray outputs(INDArray x, TensorForm form) {
    return Nd4j.create(
        x.dataType(),
        new long[] {x.size(0), form.tensorization().outputs()},
        MatrixContraction.orderFor(x));
  }

  private static INDArray like(INDArray x) {
    return Nd4j.create(x.dataType(), x.shape(), MatrixContraction.orderFor(x));
  }

  private static double difference(INDArray a, INDArray b) {
    return a.castTo(DataType.DOUBLE).sub(b.castTo(DataType.DOUBLE)).norm2Number().doubleValue()
        / Math.max(1, b.castTo(DataType.DOUBLE).norm2Number().doubleValue());
  }

  static Stream<Products> executors() {
    return Stream.of(
        new CpuProducts(new Nd4jProducts()),
        new CpuProducts(new Nd4jProducts(), false),
        new Nd4jProducts());
  }

  static Stream<Path> paths(int d) {
    List<Path> paths = new ArrayList<>();
    for (int bits = 0; bits < 1 << (d - 1); bits++) {
      List<Integer> ends = new ArrayList<>();
      for (int k = 1; k < d; k++) {
        if ((bits >> (k - 1) & 1) == 1) {
          ends.add(k);
        }
      }
      ends.add(d);
      paths.add(new Path(true, ends));
      paths.add(new Path(false, ends));
    }
    return paths.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void everyPath_bothExecutors_bothOrders_equalTheDenseProduct(TensorForm form) {
    List<INDArray> cores = cores(form, DataType.DOUBLE);
    INDArray w = Nd4j.createFromArray(dense(form, cores));
    for (int batch : new int[] {1, 3}) {
      for (char order : new char[] {'c', 'f'}) {
        INDArray x = random(DataType.DOUBLE, 11, order, batch, w.size(1));
        INDArray dy = random(DataType.DOUBLE, 12, order == 'c' ? 'f' : 'c', batch, w.size(0));
        INDArray y = x.mmul(w.transpose());
        INDArray dx = dy.mmul(w);
        List<INDArray> expected = null;
        for (Products products : executors().toList()) {
          List<Path> paths = paths(form.order()).toList();
          for (Path path : paths) {
            if (batch == 1 && products instanceof Nd4jProducts) {
              continue; // the same products as for three examples, one column narrower
            }
            MatrixContraction contraction = MatrixContraction.of(form, products).pinned(path);
            INDArray actual = outputs(x, form);
            Tape tape = contraction.forward(cores, x, actual, true, HEAP);
            String what = path + ", batch " + batch + order + ", " + products.getClass();
            // sums of up to 100 products of O(10) doubles
            assertThat(difference(actual, y)).as(what).isLessThan(1e-12);

            List<INDArray> gradients =
                cores.stream()
                    .map(c -> Nd4j.valueArrayOf(c.shape(), 9.0, DataType.DOUBLE))
                    .toList();
            INDArray dxActual = like(x).assign(5);
            contraction.backward(cores, x, dy, tape, gradients, dxActual, HEAP);
            assertThat(difference(dxActual, dx)).as(what).isLessThan(1e-12);
            if (path == paths.get(0)) {
              List<INDArray> again = cores.stream().map(INDArray::ulike).toList();
              contraction.backward(cores, x, dy, null, again, null, HEAP);
              assertThat(again).as("recomputed").isEqualTo(gradients);
              assertThatThrownBy(() -> contraction.backward(cores, x, dy, tape, again, null, HEAP))
                  .hasMessage("a tape is for one backward pass; run forward again, or give null");
            }
            if (expected == null) {
              expected = gradients;
              assertGradientsByDifferences(form, cores, x, dy, gradients);
            } else {
              for (int k = 0; k < gradients.size(); k++) {
                assertThat(difference(gradients.get(k), expected.get(k)))
                    .as(what + ", core " + k)
                    .isLessThan(1e-12);
              }
            }
          }
        }
      }
    }
  }

  /** The loss Σ dy · y is linear in each core: a central difference is exact but for rounding. */
  private static void assertGradientsByDifferences(
      TensorForm form, List<INDArray> cores, INDArray x, INDArray dy, List<INDArray> gradients) {
    for (int k = 0; k < cores.size(); k++) {
      INDArray core = cores.get(k);
      for (long e = 0; e < core.length(); e += 1 + core.length() / 3) {
        double value = core.getDouble(e);
        core.putScalar(e, value + 1);
        double up = loss(form, cores, x, dy);
        core.putScalar(e, value - 1);
        double down = loss(form, cores, x, dy);
        core.putScalar(e, value);
        double slope = (up - down) / 2;
        assertThat(Math.abs(gradients.get(k).getDouble(e) - slope))
            .as("core %d, entry %d", k, e)
            .isLessThan(1e-10 * (1 + Math.abs(up) + Math.abs(down)));
      }
    }
  }

  private static double loss(TensorForm form, List<INDArray> cores, INDArray x, INDArray dy) {
    INDArray w = Nd4j.createFromArray(dense(form, cores));
    return x.mmul(w.transpose()).mul(dy).sumNumber().doubleValue();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void float_equalsTheDenseProduct(TensorForm form) {
    List<INDArray> exact = cores(form, DataType.DOUBLE);
    List<INDArray> cores = exact.stream().map(c -> c.castTo(DataType.FLOAT)).toList();
    INDArray w = Nd4j.createFromArray(dense(form, cores));
    for (Products products : executors().toList()) {
      INDArray x = random(DataType.FLOAT, 3, 'f', 5, w.size(1));
      INDArray y = outputs(x, form);
      MatrixContraction.of(form, products).forward(cores, x, y, false, HEAP);
      // floats of 6e-8, a few products deep
      assertThat(difference(y, x.castTo(DataType.DOUBLE).mmul(w.transpose()))).isLessThan(1e-5);
    }
  }

  @Test
  void viewsAndGaps_areRead() {
    TensorForm form = paired(List.of(2, 3), List.of(4, 2), 1, 3, 1);
    List<INDArray> cores = cores(form, DataType.DOUBLE).stream().map(c -> c.dup('f')).toList();
    INDArray w = Nd4j.createFromArray(dense(form, cores));
    INDArray all = random(DataType.DOUBLE, 4, 'c', 6, 20);
    INDArray x =
        all.get(
            org.nd4j.linalg.indexing.NDArrayIndex.interval(0, 2, 6),
            org.nd4j.linalg.indexing.NDArrayIndex.interval(3, 11));
    INDArray y = outputs(x, form);
    MatrixContraction.of(form).forward(cores, x, y, false, HEAP);
    assertThat(difference(y, x.mmul(w.transpose()))).isLessThan(1e-12);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void chosenPlan_isTheCheapestOfAllPaths(TensorForm form) {
    for (CostModel costs : List.of(CostModel.CPU, CostModel.ND4J)) {
      for (long batch : new long[] {1, 32, 1000}) {
        for (boolean training : new boolean[] {false, true}) {
          MatrixChain chain = MatrixChain.of(form);
          if (chain.isRing() && chain.order() == 1) {
            continue;
          }
          PathSearch planner = new PathSearch(chain, costs);
          double least =
              paths(chain.order())
                  .mapToDouble(p -> planner.plan(p, batch, true, training).cost())
                  .min()
                  .orElseThrow();
          assertThat(planner.best(batch, true, training).cost()).isEqualTo(least);
        }
      }
    }
  }

  @Test
  void plan_describesItself() {
    TensorForm vgg =
        paired(List.of(4, 4, 4, 4, 4, 4), List.of(2, 7, 8, 8, 7, 4), 1, 4, 4, 4, 4, 4, 1);
    MatrixPlan plan = MatrixContraction.of(vgg).plan(100, 'c', false);
    assertThat(plan.describe()).contains("MFLOP", "batch 100 first", "inference");
    assertThat(plan.flops()).isLessThan(2.0 * 100 * 25088 * 4096 / 4);
  }

  @ParameterizedTest
  @MethodSource("executors")
  void reorderingsAndRowSums_areExact(Products products) {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      INDArray core = Nd4j.arange(2 * 3 * 4 * 5).castTo(type).reshape('c', 2, 3, 4, 5);
      INDArray out = Nd4j.create(type, 5, 3, 2, 4);
      products.permute(new Permutation(new long[] {2, 3, 4, 5}, new int[] {3, 1, 0, 2}), core, out);
      assertThat(out).isEqualTo(core.permute(3, 1, 0, 2).dup('c'));

      INDArray matrix = Nd4j.arange(12).castTo(type).reshape('c', 3, 4);
      INDArray sums = Nd4j.valueArrayOf(new long[] {4}, 7.0, type);
      products.sumRows(matrix, sums);
      assertThat(sums.toDoubleVector()).containsExactly(12, 15, 18, 21);
      products.addToRows(sums, matrix);
      assertThat(matrix.getRow(2).toDoubleVector()).containsExactly(20, 24, 28, 32);
    }
  }

  @ParameterizedTest
  @MethodSource("executors")
  void reorderingsOfEveryKind_areExact(Products products) {
    long[][] shapes = {
      {2, 3, 4, 5},
      {3, 2, 5, 16},
      {1, 7, 3, 32},
      {70, 50, 40, 1},
      {2, 40, 50, 17},
      {1, 2, 1, 3},
      {1, 33, 4000, 1}
    };
    int[][] orders = {
      {0, 1, 2, 3},
      {0, 2, 1, 3},
      {0, 1, 3, 2},
      {1, 2, 0, 3},
      {3, 0, 1, 2},
      {1, 3, 0, 2},
      {3, 2, 1, 0}
    };
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      for (long[] shape : shapes) {
        INDArray from = Nd4j.arange(java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b));
        INDArray core = from.castTo(type).reshape('c', shape);
        for (int[] axes : orders) {
          INDArray expected = core.permute(axes).dup('c');
          INDArray out = expected.ulike();
          products.permute(new Permutation(shape, axes), core, out);
          assertThat(out).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void copyToF_isACopy_ofTheSameShapeOnly() {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      for (long[] shape : new long[][] {{1, 70_000}, {16, 9_001}, {2_000, 40}, {3, 5}}) {
        INDArray from = Nd4j.rand(type, shape);
        INDArray to = Nd4j.create(type, shape, 'f');
        MatrixContraction.copyToF(from, to);
        assertThat(to).isEqualTo(from);
      }
    }
    INDArray from = Nd4j.rand(DataType.FLOAT, 3, 4);
    assertThatThrownBy(
            () ->
                MatrixContraction.copyToF(
                    from, Nd4j.create(DataType.FLOAT, new long[] {4, 3}, 'f')))
        .hasMessage("[4, 3] of FLOAT is no copy of [3, 4] of FLOAT");
    assertThatThrownBy(() -> MatrixContraction.copyToF(from, from.ulike()))
        .hasMessage("from must be 'c', to must be 'f', no views");
  }

  @Test
  void wrongPath_isRefused() {
    TensorForm form = paired(List.of(2, 3), List.of(4, 2), 1, 3, 1);
    assertThatThrownBy(() -> MatrixContraction.of(form).pinned(new Path(true, List.of(1, 3))))
        .hasMessage(
            "path (0)(1 2), left to right is for 3 cores, PAIRED 2x3 by 4x2, ranks [1, 3, 1] has 2");
    assertThatThrownBy(() -> new Path(true, List.of(2, 2)))
        .hasMessage("the ends [2, 2] of a path's groups must increase from 1");
  }
}
