package org.dl4jtt.contraction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.stream.Stream;
import org.dl4jtt.contraction.Product.Operand;
import org.dl4jtt.internal.onednn.OneDnn;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Products of one size in one call, and their sums, against BLAS, one by one. */
class OneDnnProductsTest {
  private static final long OUTER = 3;
  private static final long COUNT = 4;
  private static final long ROWS = 5;
  private static final long INNER = 17;
  private static final long COLUMNS = 6;

  @BeforeAll
  static void needsOneDnn() {
    assumeTrue(OneDnn.isAvailable(), "oneDNN (org.bytedeco:dnnl) has no natives for this platform");
  }

  static Stream<Product> products() {
    return Stream.of(false, true)
        .flatMap(
            turned ->
                Stream.of(
                    of(block(ROWS, INNER, turned), block(INNER, COLUMNS, turned)),
                    of(shared(ROWS, INNER, turned), block(INNER, COLUMNS, false)),
                    of(block(ROWS, INNER, false), shared(INNER, COLUMNS, turned)),
                    of(perOuter(ROWS, INNER, turned), block(INNER, COLUMNS, turned)),
                    of(perCount(ROWS, INNER, turned), perOuter(INNER, COLUMNS, turned)),
                    Product.of(
                        ROWS,
                        INNER,
                        COLUMNS,
                        block(ROWS, INNER, turned),
                        block(INNER, COLUMNS, false),
                        // blocks of C side by side: gaps between the rows of each
                        Operand.of(COLUMNS * COUNT, ROWS * COLUMNS * COUNT, COLUMNS),
                        OUTER,
                        COUNT)));
  }

  private static Product of(Operand a, Operand b) {
    return Product.of(ROWS, INNER, COLUMNS, a, b, block(ROWS, COLUMNS, false), OUTER, COUNT);
  }

  private static Operand block(long rows, long columns, boolean turned) {
    long size = rows * columns;
    return new Operand(turned, turned ? rows : columns, COUNT * size, size);
  }

  private static Operand shared(long rows, long columns, boolean turned) {
    return new Operand(turned, turned ? rows : columns, 0, 0);
  }

  private static Operand perOuter(long rows, long columns, boolean turned) {
    return new Operand(turned, turned ? rows : columns, rows * columns, 0);
  }

  private static Operand perCount(long rows, long columns, boolean turned) {
    return new Operand(turned, turned ? rows : columns, 0, rows * columns);
  }

  @ParameterizedTest
  @MethodSource("products")
  void areTheProductsOfBlas(Product product) {
    Nd4j.getRandom().setSeed(11);
    INDArray a = Nd4j.randn(DataType.FLOAT, OUTER * COUNT * ROWS * INNER);
    INDArray b = Nd4j.randn(DataType.FLOAT, OUTER * COUNT * INNER * COLUMNS);
    INDArray expected = Nd4j.zeros(DataType.FLOAT, OUTER * COUNT * ROWS * COLUMNS);
    INDArray actual = expected.dup();
    Blas.multiply(product, a, b, expected);
    assertThat(OneDnnProducts.multiply(product, a, b, actual)).isTrue();
    // sums of 17 products of numbers about 1
    assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-5);
  }

  @ParameterizedTest
  @CsvSource({"0, 2, 1, 3", "1, 0, 2, 3", "3, 2, 1, 0", "2, 3, 0, 1", "0, 1, 2, 3", "0, 3, 1, 2"})
  void reorderings_areThoseOfNd4j(int first, int second, int third, int fourth) {
    Nd4j.getRandom().setSeed(12);
    Permutation permutation =
        new Permutation(new long[] {3, 16, 5, 34}, new int[] {first, second, third, fourth});
    INDArray from = Nd4j.randn(DataType.FLOAT, (long) permutation.length());
    INDArray expected = from.ulike();
    INDArray actual = from.ulike();
    new Nd4jProducts().permute(permutation, from, expected);
    OneDnnProducts.permute(permutation, from, actual);
    assertThat(actual).isEqualTo(expected);
  }

  static Stream<Product> sums() {
    Operand a = block(ROWS, INNER, false);
    Operand b = block(INNER, COLUMNS, true);
    return Stream.of(
        sum(a, b, shared(ROWS, COLUMNS, false)),
        sum(a, b, perOuter(ROWS, COLUMNS, false)),
        sum(a, b, perCount(ROWS, COLUMNS, false)),
        sum(shared(ROWS, INNER, true), b, perOuter(ROWS, COLUMNS, false)));
  }

  private static Product sum(Operand a, Operand b, Operand c) {
    return Product.of(ROWS, INNER, COLUMNS, a, b, c, OUTER, COUNT);
  }

  @ParameterizedTest
  @MethodSource("sums")
  void sumsAreThoseOfBlas_andOverwrite(Product sum) {
    assertThat(sum.addsUp()).isTrue();
    Nd4j.getRandom().setSeed(13);
    INDArray a = Nd4j.randn(DataType.FLOAT, OUTER * COUNT * ROWS * INNER);
    INDArray b = Nd4j.randn(DataType.FLOAT, OUTER * COUNT * INNER * COLUMNS);
    // what lies behind the sums must stay as it is
    INDArray expected = Nd4j.valueArrayOf(OUTER * COUNT * ROWS * COLUMNS, 7f);
    INDArray actual = expected.dup();
    Blas.multiply(sum, a, b, expected);
    for (int twice = 0; twice < 2; twice++) {
      assertThat(OneDnnProducts.multiply(sum, a, b, actual)).isTrue();
      // sums of up to 204 products of numbers about 1
      assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-4);
    }
  }

  @Test
  void sumsWithGaps_orOfMoreThanMemoryIsWorth_areLeftToOthers() {
    INDArray none = Nd4j.zeros(DataType.FLOAT, 1);
    Operand gaps = Operand.of(COLUMNS + 1, 0, 0);
    Operand apart = Operand.of(COLUMNS, 0, ROWS * COLUMNS + 1);
    Operand one = shared(1000, 1000, false);
    for (Product sum :
        List.of(
            sum(block(ROWS, INNER, false), block(INNER, COLUMNS, false), gaps),
            sum(block(ROWS, INNER, false), block(INNER, COLUMNS, false), apart),
            Product.of(1000, INNER, 1000, perCount(1000, INNER, false), one, one, 1, 10))) {
      assertThat(sum.addsUp()).isTrue();
      assertThat(OneDnnProducts.multiply(sum, none, none, none)).isFalse();
    }
  }
}
