package org.dl4jtt.contraction;

import static org.dl4jtt.contraction.CoreProducts.leftTransposed;
import static org.dl4jtt.contraction.CoreProducts.permuted;
import static org.dl4jtt.contraction.CoreProducts.product;
import static org.dl4jtt.contraction.CoreProducts.rightTransposed;
import static org.dl4jtt.contraction.CoreProducts.rows;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Kernels from the cores of a SEPARATED kernel, {@code W(o, p, i) = Σ A(c, o, a) B(a, p, b) C(b, i,
 * c)} with A the output cores merged, B the core of the kernel's positions p and C the input cores
 * merged; a and b are the ranks beside B, and c is the rank that closes a ring (one for a train).
 *
 * <pre>
 *   In    [(c b), I]       1x1                 Out [O, (c a)]    1x1
 *   Mid   [a, P, b]        on each c apart
 *   MidIn [(c a), P, I]    Mid after In        OutMid [O, P, (c b)]   Out after Mid
 * </pre>
 *
 * <p>For a train In, Mid and Out are the merged cores as they lie in memory.
 */
final class SeparatedKernels implements StageKernels {
  private final ConvPlan.Kind kind;
  private final ConvPlan.Ranks ranks;
  private final ConvGeometry geometry;
  private final int outputCores;
  private final MergedCores output;
  private final MergedCores input;
  private final INDArray mid;
  private final INDArray in;
  private final INDArray out;
  private final List<INDArray> kernels;

  SeparatedKernels(ConvPlan plan, List<INDArray> cores, Scratch scratch) {
    kind = plan.kind();
    ranks = plan.ranks();
    geometry = plan.geometry();
    outputCores = plan.form().tensorization().outputModes().size();
    output = new MergedCores(cores.subList(0, outputCores), scratch);
    input = new MergedCores(cores.subList(outputCores + 1, cores.size()), scratch);
    mid = cores.get(outputCores);
    INDArray a = output.merged();
    INDArray c = input.merged();
    out = rows(ranks.ring() == 1 ? a : permuted(a, scratch, 1, 0, 2), geometry.outputs());
    in =
        rows(
            ranks.ring() == 1 ? c : permuted(c, scratch, 2, 0, 1), (long) ranks.ring() * ranks.b());
    kernels = kernels(scratch);
  }

  @Override
  public List<INDArray> kernels() {
    return kernels;
  }

  private List<INDArray> kernels(Scratch scratch) {
    return switch (kind) {
      case CHAIN -> List.of(pointwise(in), spatial(mid, ranks.a()), pointwise(out));
      case MERGED_INPUT ->
          List.of(spatial(midIn(scratch), (long) ranks.ring() * ranks.a()), pointwise(out));
      case MERGED_OUTPUT -> List.of(pointwise(in), spatial(outMid(scratch), geometry.outputs()));
      case REBUILT -> {
        INDArray midIn = rows(midIn(scratch), (long) ranks.ring() * ranks.a());
        yield List.of(spatial(product(out, midIn, scratch), geometry.outputs()));
      }
    };
  }

  @Override
  public void backward(List<INDArray> gradients, List<INDArray> coreGradients, Scratch scratch) {
    INDArray dMid = coreGradients.get(outputCores);
    INDArray last = rows(gradients.get(gradients.size() - 1), geometry.outputs());
    INDArray dIn;
    INDArray dA;
    switch (kind) {
      case CHAIN -> {
        dIn = gradients.get(0);
        dMid.assign(gradients.get(1).reshape('c', dMid.shape()));
        dA = outputGradient(last, scratch);
      }
      case MERGED_INPUT -> {
        dIn = midInBackward(gradients.get(0), dMid, scratch);
        dA = outputGradient(last, scratch);
      }
      case MERGED_OUTPUT -> {
        dIn = gradients.get(0);
        dA = outMidBackward(last, dMid, scratch);
      }
      case REBUILT -> {
        INDArray midIn = rows(midIn(scratch), (long) ranks.ring() * ranks.a());
        dIn = midInBackward(leftTransposed(out, last, scratch), dMid, scratch);
        dA = outputGradient(rightTransposed(last, midIn, scratch), scratch);
      }
      default -> throw new IllegalStateException("no such plan: " + kind);
    }
    int r = ranks.ring();
    output.backward(dA, coreGradients.subList(0, outputCores), scratch);
    INDArray dC = dIn; // [(c b), I]
    if (r > 1) {
      dC =
          permuted(
              dIn.reshape('c', new long[] {r, ranks.b(), geometry.inputs()}), scratch, 1, 2, 0);
    }
    input.backward(dC, coreGradients.subList(outputCores + 1, coreGradients.size()), scratch);
  }

  /** [(c a), P, I]: for each c the product [(a P), b] [b, I]. */
  private INDArray midIn(Scratch scratch) {
    INDArray midRows = rows(mid, mid.length() / ranks.b());
    long block = (long) ranks.a() * geometry.kernel().area();
    INDArray result = scratch.allocate(mid.dataType(), ranks.ring() * block, geometry.inputs());
    for (int c = 0; c < ranks.ring(); c++) {
      Nd4j.gemm(midRows, block(in, c, ranks.b()), block(result, c, block), false, false, 1, 0);
    }
    return result;
  }

  /** Gradient of In from that of MidIn; writes Mid's. */
  private INDArray midInBackward(INDArray dMidIn, INDArray dMid, Scratch scratch) {
    INDArray midRows = rows(mid, mid.length() / ranks.b());
    INDArray dMidRows = rows(dMid, mid.length() / ranks.b());
    long block = (long) ranks.a() * geometry.kernel().area();
    INDArray d = rows(dMidIn, ranks.ring() * block);
    INDArray dIn = scratch.allocate(mid.dataType(), in.shape());
    for (int c = 0; c < ranks.ring(); c++) {
      INDArray dBlock = block(d, c, block);
      Nd4j.gemm(dBlock, block(in, c, ranks.b()), dMidRows, false, true, 1, c == 0 ? 0 : 1);
      Nd4j.gemm(midRows, dBlock, block(dIn, c, ranks.b()), true, false, 1, 0);
    }
    return dIn;
  }

  /** [O, P, (c b)] from the product [(c O), a] [a, (P b)]. */
  private INDArray outMid(Scratch scratch) {
    INDArray a = output.merged();
    INDArray z = product(rows(a, a.length() / ranks.a()), rows(mid, ranks.a()), scratch);
    return ranks.ring() == 1 ? z : permuted(z.reshape('c', ringOutMid()), scratch, 1, 2, 0, 3);
  }

  /** Gradient of A from that of OutMid; writes Mid's. */
  private INDArray outMidBackward(INDArray dOutMid, INDArray dMid, Scratch scratch) {
    INDArray a = output.merged();
    long rows = a.length() / ranks.a();
    INDArray d = dOutMid;
    if (ranks.ring() > 1) {
      long[] s = ringOutMid();
      d = permuted(dOutMid.reshape('c', new long[] {s[1], s[2], s[0], s[3]}), scratch, 2, 0, 1, 3);
    }
    d = rows(d, rows);
    Nd4j.gemm(rows(a, rows), d, rows(dMid, ranks.a()), true, false, 1, 0);
    return rightTransposed(d, rows(mid, ranks.a()), scratch);
  }

  /** Gradient of A [c, O, a] from that of Out [O, (c a)]. */
  private INDArray outputGradient(INDArray dOut, Scratch scratch) {
    return ranks.ring() == 1
        ? dOut
        : permuted(
            dOut.reshape('c', new long[] {geometry.outputs(), ranks.ring(), ranks.a()}),
            scratch,
            1,
            0,
            2);
  }

  private long[] ringOutMid() {
    return new long[] {ranks.ring(), geometry.outputs(), geometry.kernel().area(), ranks.b()};
  }

  private static INDArray block(INDArray matrix, long index, long rows) {
    return matrix.size(0) == rows
        ? matrix
        : matrix.get(NDArrayIndex.interval(index * rows, (index + 1) * rows), NDArrayIndex.all());
  }

  private static INDArray pointwise(INDArray matrix) {
    return matrix.reshape('c', new long[] {matrix.size(0), 1, 1, matrix.size(1)});
  }

  private INDArray spatial(INDArray kernel, long outputs) {
    long positions = geometry.kernel().area();
    return kernel.reshape(
        'c',
        new long[] {
          outputs,
          geometry.kernel().height(),
          geometry.kernel().width(),
          kernel.length() / (outputs * positions)
        });
  }
}
