package org.dl4jtt.examples.guides;

import static org.dl4jtt.internal.Check.argument;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.dl4jtt.constraint.ConstraintSet;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Matrices whose entries are zero outside at most {@code kept} of their square blocks. */
public record BlockSparseSet(int rows, int columns, int block, int kept) implements ConstraintSet {
  public BlockSparseSet {
    argument(
        block >= 1 && rows % block == 0 && columns % block == 0,
        "blocks of %d by %d do not tile a weight of %d by %d",
        block,
        block,
        rows,
        columns);
    int blocks = rows / block * (columns / block);
    argument(kept >= 1 && kept <= blocks, "%d blocks kept of %d", kept, blocks);
  }

  @Override
  public void project(INDArray weight, INDArray out) { // nearest: the blocks of largest norm
    double[] norms =
        IntStream.range(0, blocks())
            .mapToDouble(b -> block(weight, b).norm2Number().doubleValue())
            .toArray();
    List<Integer> byNorm =
        IntStream.range(0, blocks())
            .boxed()
            .sorted(Comparator.comparingDouble(b -> -norms[b]))
            .toList();
    out.assign(0);
    for (int b : byNorm.subList(0, kept)) {
      block(out, b).assign(block(weight, b));
    }
  }

  @Override
  public ConstraintSet relaxed(double progress) { // for AdmmSettings.withAnnealing: all, then fewer
    long more = Math.round((1 - progress) * (blocks() - kept));
    return new BlockSparseSet(rows, columns, block, kept + (int) more);
  }

  private int blocks() {
    return rows / block * (columns / block);
  }

  /** A view of block b, counted row by row. */
  private INDArray block(INDArray matrix, int b) {
    int row = b / (columns / block) * block;
    int column = b % (columns / block) * block;
    return matrix.get(interval(row, row + block), interval(column, column + block));
  }
}
