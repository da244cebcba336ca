package org.dl4jtt.constraint;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.internal.Check.present;

import java.util.List;
import org.dl4jtt.tensor.BlockTermDecomposition;
import org.dl4jtt.tensor.BlockTerms;
import org.dl4jtt.tensor.Tensorization;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weights that are sums of Tucker blocks (De Lathauwer 2008; as layers Ye et al. 2020,
 * arXiv:1712.05134):
 *
 * <pre>
 *   T = Σ_b C_b ×₁ A_b1 ×₂ … ×_d A_bd        C_b [R₁, …, R_d], A_bk [n_k, R_k]
 * </pre>
 *
 * <p>The projection finds a member near by, not the nearest: see {@link BlockTermDecomposition}.
 * Its error never rises from one sweep to the next, and it starts from the last blocks.
 *
 * @param tensorization how the parameter becomes a tensor of modes n₁ … n_d
 * @param blocks how many
 * @param ranks R₁ … R_d, one for each mode
 */
public record BlockTermSet(Tensorization tensorization, int blocks, List<Integer> ranks)
    implements WarmStartedSet {
  /** Checks blocks and ranks. */
  public BlockTermSet {
    present(tensorization, "a set of block terms needs the tensorization of its weight");
    argument(blocks >= 1, "%d blocks; take at least 1", blocks);
    ranks = BlockTerms.checkedRanks(tensorization.modes(), ranks);
  }

  @Override
  public INDArray projectFrom(@Nullable INDArray start, INDArray weight, INDArray out) {
    INDArray tensor = tensorization.toTensor(weight);
    BlockTerms terms =
        BlockTermDecomposition.decompose(
            tensor, blocks, ranks, BlockTerms.of(start, tensorization.modes(), blocks, ranks));
    tensorization.toParameter(terms.full().castTo(weight.dataType()), out);
    return terms.toVector();
  }

  /** Returns the blocks of a weight. */
  public BlockTerms decompose(INDArray weight) {
    return BlockTermDecomposition.decompose(tensorization.toTensor(weight), blocks, ranks, null);
  }

  @Override
  public String toString() {
    return blocks + " blocks of " + tensorization + ", ranks " + ranks;
  }
}
