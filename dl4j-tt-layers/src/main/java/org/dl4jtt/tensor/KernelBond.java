package org.dl4jtt.tensor;

import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The second bond of a kernel [O, P, I]: {@code B ≈ G₂ G₃} in the norm {@code ‖(B − G₂ G₃) C^½‖}.
 *
 * <pre>
 *   B [r₁, P·I]      G₂ [r₁, P, r₂]      G₃ [r₂, I]      Q = I_P ⊗ G₃ [P·r₂, P·I]
 *   start   G₃ = Vᵀ Σ^−½,  V the first right singular vectors of B [r₁·P, I] Σ^½   (channel form)
 *   G₂      B C Qᵀ (Q C Qᵀ)⁻¹
 *   G₃      G₂ᵀ (G₂ G₃ C) = G₂ᵀ (B C), both read as [r₁·P, ·], by conjugate gradients
 * </pre>
 *
 * <p>If C holds channels only, the start is the minimum. Else both steps are repeated; neither can
 * raise the error, and what G₃ needs is products with C, so no matrix of r₂·I by r₂·I is made. Its
 * preconditioner is the solution for C = I_P ⊗ Σ: {@code (G₂ᵀG₂)⁻¹ R Σ⁻¹}.
 */
final class KernelBond {
  private static final int SWEEPS = 6;

  /** A sweep that lowers the error by less than this part of it is the last. */
  private static final double STALLED = 1e-4;

  private static final int STEPS = 30;
  private static final double SOLVED = 1e-8;

  private final INDArray b;
  private final Tensorization t;
  private final Metric metric;
  private final int rank;
  private final Moment channels;

  /** B C. */
  private final INDArray bc;

  KernelBond(INDArray b, Tensorization t, Metric metric, int rank) {
    this.b = b;
    this.t = t;
    this.metric = metric;
    this.rank = rank;
    Moment c = metric.inputs(true);
    if (c == null) {
      c = Moment.of(Nd4j.ones(DataType.DOUBLE, t.inputs()), "the identity");
    }
    channels = isPatch() ? c.factor(List.of(t.positions(), t.inputs()), 1) : c;
    bc = metric.timesInputs(b, t, true);
  }

  private boolean isPatch() {
    Moment c = metric.inputs(true);
    return c != null && c.size() != t.inputs();
  }

  /** G₂ [r₁, P, r₂] and G₃ [r₂, I, 1]. */
  List<INDArray> cores() {
    long r1 = b.size(0);
    long p = t.positions();
    long n = t.inputs();
    if (rank >= n) {
      return cores(b, Nd4j.eye(n).castTo(DataType.DOUBLE));
    }
    if (rank >= r1 * p) {
      return cores(Nd4j.eye(r1 * p).castTo(DataType.DOUBLE), b.reshape('c', new long[] {-1, n}));
    }
    INDArray g3 = start();
    INDArray g2 = positions(g3);
    double error = error(g2, g3);
    for (int sweep = 0; sweep < SWEEPS && isPatch(); sweep++) {
      INDArray next3 = orthonormal(inputs(g2, g3));
      INDArray next2 = positions(next3);
      double next = error(next2, next3);
      if (next >= error) {
        break;
      }
      boolean stalled = next > (1 - STALLED) * error;
      g2 = next2;
      g3 = next3;
      error = next;
      if (stalled) {
        break;
      }
    }
    return cores(g2, g3);
  }

  private List<INDArray> cores(INDArray g2, INDArray g3) {
    return List.of(
        g2.reshape('c', new long[] {b.size(0), t.positions(), rank}),
        g3.reshape('c', new long[] {rank, t.inputs(), 1}));
  }

  private INDArray start() {
    INDArray right = channels.root().right(b.reshape('c', new long[] {-1, t.inputs()}));
    INDArray v = Cut.of(right.transpose().dup('c'), rank, -1).basis(); // [I, r₂]
    return orthonormal(channels.inverseRoot().left(v).transpose().dup('c'));
  }

  private static INDArray orthonormal(INDArray rows) {
    return Svd.best().of(rows).vt();
  }

  /** G₂ [r₁, P·r₂] for this G₃, exactly. */
  private INDArray positions(INDArray g3) {
    int p = t.positions();
    long n = t.inputs();
    INDArray q = Nd4j.create(DataType.DOUBLE, new long[] {(long) p * rank, p * n}, 'c');
    for (int k = 0; k < p; k++) {
      q.get(interval(k, rank), interval(k, n)).assign(g3);
    }
    INDArray gram = onRank(metric.timesInputs(q, t, true), g3); // Q C Qᵀ
    return ChainAlgebra.product(onRank(bc, g3), RingAls.pseudoInverse(gram), false, false);
  }

  private static INDArrayIndex interval(long block, long size) {
    return NDArrayIndex.interval(block * size, (block + 1) * size);
  }

  /** A Qᵀ [m, P·r₂] for A [m, P·I]. */
  private INDArray onRank(INDArray a, INDArray g3) {
    INDArray product =
        ChainAlgebra.product(a.reshape('c', new long[] {-1, t.inputs()}), g3, false, true);
    return product.reshape('c', new long[] {a.size(0), -1});
  }

  /** G₃ [r₂, I] for this G₂, from the one at hand. */
  private INDArray inputs(INDArray g2, INDArray start) {
    INDArray left = g2.reshape('c', new long[] {-1, rank}); // [r₁·P, r₂]
    INDArray gram = RingAls.pseudoInverse(ChainAlgebra.product(left, left, true, false));
    Moment inverse = channels.inverse();
    INDArray target = transposed(left, bc);
    double goal = SOLVED * target.norm2Number().doubleValue();
    INDArray x = start.dup('c');
    INDArray residual = target.sub(applied(left, x));
    INDArray direction = inverse.right(ChainAlgebra.product(gram, residual, false, false));
    double rz = inner(residual, direction);
    for (int step = 0; step < STEPS && residual.norm2Number().doubleValue() > goal; step++) {
      INDArray image = applied(left, direction);
      double curvature = inner(direction, image);
      if (!(curvature > 0) || !(rz > 0)) {
        break; // rounding is all that is left
      }
      double length = rz / curvature;
      x.addi(direction.mul(length));
      residual.subi(image.muli(length));
      INDArray z = inverse.right(ChainAlgebra.product(gram, residual, false, false));
      double next = inner(residual, z);
      direction.muli(next / rz).addi(z);
      rz = next;
    }
    return x;
  }

  /** {@code G₂ᵀ (G₂ X C)}. */
  private INDArray applied(INDArray left, INDArray x) {
    INDArray product = ChainAlgebra.product(left, x, false, false).reshape('c', b.shape());
    return transposed(left, metric.timesInputs(product, t, true));
  }

  private INDArray transposed(INDArray left, INDArray rows) {
    return ChainAlgebra.product(left, rows.reshape('c', new long[] {-1, t.inputs()}), true, false);
  }

  private static double inner(INDArray a, INDArray b) {
    return a.mul(b).sumNumber().doubleValue();
  }

  private double error(INDArray g2, INDArray g3) {
    INDArray left = g2.reshape('c', new long[] {-1, rank});
    INDArray d = ChainAlgebra.product(left, g3, false, false).reshape('c', b.shape()).rsubi(b);
    return inner(d, metric.timesInputs(d, t, true));
  }
}
