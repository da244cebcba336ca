package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class BlockTermDecompositionTest {

  private static INDArray random(long seed, long... shape) {
    Random random = new Random(seed);
    INDArray x = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < x.length(); i++) {
      x.putScalar(i, random.nextGaussian());
    }
    return x;
  }

  /** Σ_{abc} C[a,b,c] A[i,a] B[j,b] C[k,c], entry by entry. */
  private static INDArray slow(TuckerBlock block) {
    List<INDArray> f = block.factors();
    INDArray full =
        Nd4j.create(DataType.DOUBLE, f.get(0).size(0), f.get(1).size(0), f.get(2).size(0));
    for (long i = 0; i < full.size(0); i++) {
      for (long j = 0; j < full.size(1); j++) {
        for (long k = 0; k < full.size(2); k++) {
          double sum = 0;
          for (long a = 0; a < block.core().size(0); a++) {
            for (long b = 0; b < block.core().size(1); b++) {
              for (long c = 0; c < block.core().size(2); c++) {
                sum +=
                    block.core().getDouble(a, b, c)
                        * f.get(0).getDouble(i, a)
                        * f.get(1).getDouble(j, b)
                        * f.get(2).getDouble(k, c);
              }
            }
          }
          full.putScalar(new long[] {i, j, k}, sum);
        }
      }
    }
    return full;
  }

  private static TuckerBlock randomBlock(long seed) {
    List<INDArray> factors = new ArrayList<>();
    long[] modes = {6, 5, 4};
    for (int k = 0; k < 3; k++) {
      factors.add(Orthogonal.nearest(random(seed + k, modes[k], 2)));
    }
    return new TuckerBlock(random(seed + 9, 2, 2, 2), factors);
  }

  @Test
  void block_multipliesOutAsTheSumSays() {
    TuckerBlock block = randomBlock(1);
    assertThat(block.full().distance2(slow(block))).isLessThan(1e-12); // 8 products of O(1) doubles
  }

  @Test
  void plantedBlocks_areFound() {
    INDArray tensor = slow(randomBlock(10)).add(slow(randomBlock(50)));
    BlockTerms terms = BlockTermDecomposition.decompose(tensor, 2, List.of(2, 2, 2), null);
    assertThat(terms.full().distance2(tensor))
        .isLessThan(1e-3 * tensor.norm2Number().doubleValue()); // alternation settles slowly
  }

  @Test
  void error_neverRises_fromAnyStart() {
    for (long seed = 1; seed < 6; seed++) {
      INDArray tensor = random(seed, 6, 5, 4);
      BlockTerms other =
          BlockTermDecomposition.decompose(random(100 + seed, 6, 5, 4), 3, List.of(2, 2, 2), null);
      for (BlockTerms start : new BlockTerms[] {null, other}) {
        List<Double> errors =
            BlockTermDecomposition.sweeps(tensor, 3, List.of(2, 2, 2), start).errors();
        assertThat(errors).hasSizeGreaterThan(2);
        for (int i = 1; i < errors.size(); i++) {
          assertThat(errors.get(i)).isLessThanOrEqualTo(errors.get(i - 1) + 1e-12);
        }
      }
    }
  }

  /** The best rank-one tensor, by a power iteration from many starts. */
  @Test
  void oneBlockOfRankOne_isTheBestOfManyStarts() {
    INDArray tensor = random(3, 4, 3, 3);
    double best = 0;
    for (int trial = 0; trial < 200; trial++) {
      double[][] v = new double[3][];
      for (int k = 0; k < 3; k++) {
        v[k] = random(trial * 3 + k, tensor.size(k)).toDoubleVector();
      }
      double norm = 0;
      for (int turn = 0; turn < 200; turn++) {
        for (int mode = 0; mode < 3; mode++) {
          double[] next = new double[v[mode].length];
          for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 3; j++) {
              for (int k = 0; k < 3; k++) {
                int at = mode == 0 ? i : mode == 1 ? j : k;
                double others =
                    (mode == 0 ? 1 : v[0][i])
                        * (mode == 1 ? 1 : v[1][j])
                        * (mode == 2 ? 1 : v[2][k]);
                next[at] += tensor.getDouble(i, j, k) * others;
              }
            }
          }
          double squares = 0;
          for (double x : next) {
            squares += x * x;
          }
          norm = Math.sqrt(squares);
          for (int i = 0; i < next.length; i++) {
            next[i] /= norm;
          }
          v[mode] = next;
        }
      }
      best = Math.max(best, norm);
    }
    double energy = Math.pow(tensor.norm2Number().doubleValue(), 2);
    double least = Math.sqrt(energy - best * best);
    double found =
        tensor.distance2(
            BlockTermDecomposition.decompose(tensor, 1, List.of(1, 1, 1), null).full());
    assertThat(found).isGreaterThanOrEqualTo(least - 1e-9).isLessThan(Math.sqrt(3) * least);
    assertThat(found).isLessThan(1.001 * least); // what it does on this tensor
  }

  @Test
  void numbers_surviveTheWayThroughOneRow() {
    BlockTerms terms = new BlockTerms(List.of(randomBlock(1), randomBlock(2)));
    INDArray row = terms.toVector();
    assertThat(row.length()).isEqualTo(terms.weights()).isEqualTo(2 * (2 * 15 + 8));
    BlockTerms read = BlockTerms.of(row, List.of(6, 5, 4), 2, List.of(2, 2, 2));
    assertThat(read.full()).isEqualTo(terms.full());
    assertThat(BlockTerms.of(row, List.of(6, 5, 4), 3, List.of(2, 2, 2))).isNull();
    assertThat(BlockTerms.of(null, List.of(6, 5, 4), 3, List.of(2, 2, 2))).isNull();
  }

  @Test
  void unreachableRank_isNamed() {
    assertThatThrownBy(
            () -> BlockTermDecomposition.decompose(random(1, 6, 5, 4), 1, List.of(5, 2, 2), null))
        .hasMessageContaining("rank 5 of mode 0, which is 6, among ranks [5, 2, 2]");
  }
}
