package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.List;
import org.dl4jtt.internal.Detached;
import org.dl4jtt.internal.Finite;
import org.dl4jtt.internal.Norms;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A dense tensor to a sum of Tucker blocks.
 *
 * <p>Deflation: each block is fitted to what those before it left, by HOSVD and a sweep of HOOI.
 * Then all blocks in turn, each by a sweep of HOOI on the tensor less the others, until the error
 * falls by less than 1e-6 of the norm, {@value #SWEEPS} times at most. No step raises the error: a
 * sweep keeps the factors of the block or finds better ones, and the core is the best for them. The
 * minimum is a local one; a single block is a Tucker decomposition within √d of the best (De
 * Lathauwer et al. 2000).
 */
public final class BlockTermDecomposition {
  private static final int SWEEPS = 100;
  private static final double SETTLED = 1e-6;

  private BlockTermDecomposition() {}

  /**
   * Decomposes.
   *
   * @param tensor any memory order and floating-point type; left as it was
   * @param blocks how many
   * @param ranks R₁ … R_d of every block
   * @param start blocks of these sizes to start from in place of deflation, or null
   * @throws IllegalArgumentException if a value is not finite, or a rank cannot be reached
   */
  public static BlockTerms decompose(
      INDArray tensor, int blocks, List<Integer> ranks, @Nullable BlockTerms start) {
    Finite.check(tensor);
    argument(blocks >= 1, "%d blocks; take at least 1", blocks);
    BlockTerms.checkedRanks(TtSvd.modes(tensor), ranks);
    return Detached.compute(() -> sweeps(Cores.doubles(tensor), blocks, ranks, start).terms());
  }

  /**
   * The end of a decomposition.
   *
   * @param errors ‖T − Σ blocks‖ at the start and after every sweep
   */
  record Result(BlockTerms terms, List<Double> errors) {}

  /** The decomposition of a DOUBLE tensor. */
  static Result sweeps(
      INDArray tensor, int blocks, List<Integer> ranks, @Nullable BlockTerms start) {
    List<TuckerBlock> terms =
        start == null ? deflated(tensor, blocks, ranks) : new ArrayList<>(start.blocks());
    INDArray rest = tensor.dup('c');
    terms.forEach(block -> rest.subi(block.full()));
    double norm = Norms.norm2(tensor);
    List<Double> errors = new ArrayList<>(List.of(Norms.norm2(rest)));
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      for (int b = 0; b < blocks; b++) {
        rest.addi(terms.get(b).full());
        terms.set(b, terms.get(b).improved(rest));
        rest.subi(terms.get(b).full());
      }
      double error = Norms.norm2(rest);
      double before = errors.get(errors.size() - 1);
      errors.add(error);
      if (before - error <= SETTLED * norm) {
        break;
      }
    }
    return new Result(new BlockTerms(terms), errors);
  }

  private static List<TuckerBlock> deflated(INDArray tensor, int blocks, List<Integer> ranks) {
    INDArray rest = tensor.dup('c');
    List<TuckerBlock> terms = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      TuckerBlock block = TuckerBlock.leading(rest, ranks).improved(rest);
      terms.add(block);
      rest.subi(block.full());
    }
    return terms;
  }
}
