package org.dl4jtt.contraction;

import static org.dl4jtt.contraction.CoreProducts.leftTransposed;
import static org.dl4jtt.contraction.CoreProducts.permuted;
import static org.dl4jtt.contraction.CoreProducts.product;
import static org.dl4jtt.contraction.CoreProducts.rightTransposed;
import static org.dl4jtt.contraction.CoreProducts.rows;

import java.util.List;
import org.dl4jtt.tensor.TensorForm;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The full kernel from the cores of a PAIRED kernel, from right to left: {@code T_k = G_k T_{k+1}}
 * with {@code T_k [r_{k-1}, o_k⋯o_d, i_k⋯i_d, r₀]}, then the core of the positions.
 *
 * <p>Each step is a product, whose result {@code [r, o_k, i_k, O, I r₀]} has two axes swapped.
 */
final class PairedKernels implements StageKernels {
  private final ConvGeometry geometry;
  private final List<INDArray> cores;
  private final List<Integer> outputModes;
  private final List<Integer> inputModes;
  private final List<Integer> ranks;

  /** tails[k] = T_k; tails[0] is T₁ turned to [(r₀ r₁), (O I)]. */
  private final INDArray[] tails;

  private final INDArray positions;
  private final List<INDArray> kernels;

  PairedKernels(ConvPlan plan, List<INDArray> cores, Scratch scratch) {
    TensorForm form = plan.form();
    this.geometry = plan.geometry();
    this.cores = cores;
    outputModes = form.tensorization().outputModes();
    inputModes = form.tensorization().inputModes();
    ranks = form.ranks();
    int d = outputModes.size();
    tails = new INDArray[d + 1];
    tails[d] = cores.get(d);
    long o = outputModes.get(d - 1);
    long i = inputModes.get(d - 1);
    long ring = ranks.get(0);
    for (int k = d - 1; k >= 1; k--) {
      long r = ranks.get(k + 1);
      INDArray z =
          product(rows(cores.get(k), cores.get(k).length() / r), rows(tails[k + 1], r), scratch);
      long[] shape = {ranks.get(k), outputModes.get(k - 1), inputModes.get(k - 1), o, i * ring};
      tails[k] = permuted(z.reshape('c', shape), scratch, 0, 1, 3, 2, 4);
      o *= outputModes.get(k - 1);
      i *= inputModes.get(k - 1);
    }
    long r = ranks.get(1);
    // W(p, o, i) = Σ G₀(c, p, r) T₁(r, o, i, c)
    INDArray tail = tails[1];
    INDArray head = cores.get(0); // [c, P, r]
    if (ring > 1) {
      tail = permuted(tail.reshape('c', new long[] {r, o * i, ring}), scratch, 2, 0, 1);
      head = permuted(head, scratch, 1, 0, 2);
    }
    tails[0] = rows(tail, ring * r);
    positions = rows(head, geometry.kernel().area());
    INDArray kernel =
        product(positions, tails[0], scratch).reshape('c', new long[] {positions.size(0), o, i});
    kernels = List.of(permuted(kernel, scratch, 1, 0, 2).reshape('c', geometry.kernelShape()));
  }

  @Override
  public List<INDArray> kernels() {
    return kernels;
  }

  @Override
  public void backward(List<INDArray> gradients, List<INDArray> coreGradients, Scratch scratch) {
    long ring = ranks.get(0);
    long o = geometry.outputs();
    long i = geometry.inputs();
    long p = positions.size(0);
    long r1 = ranks.get(1);
    INDArray d =
        rows(permuted(gradients.get(0).reshape('c', new long[] {o, p, i}), scratch, 1, 0, 2), p);
    INDArray dHead = rightTransposed(d, tails[0], scratch); // [P, (c r)]
    INDArray dTail = leftTransposed(positions, d, scratch); // [(c r), (O I)]
    INDArray dHeadCore = coreGradients.get(0);
    dHeadCore.assign(dHead.reshape('c', new long[] {p, ring, r1}).permute(1, 0, 2));
    if (ring > 1) {
      dTail = permuted(dTail.reshape('c', new long[] {ring, r1, o * i}), scratch, 1, 2, 0);
    }
    int d0 = outputModes.size();
    for (int k = 1; k < d0; k++) {
      long m = outputModes.get(k - 1);
      long n = inputModes.get(k - 1);
      o /= m;
      i /= n;
      long r = ranks.get(k + 1);
      INDArray core = cores.get(k);
      INDArray dz =
          permuted(
              dTail.reshape('c', new long[] {ranks.get(k), m, o, n, i * ring}),
              scratch,
              0,
              1,
              3,
              2,
              4);
      INDArray dzRows = rows(dz, core.length() / r);
      INDArray dCore = rows(coreGradients.get(k), core.length() / r);
      Nd4j.gemm(dzRows, rows(tails[k + 1], r), dCore, false, true, 1, 0);
      dTail = leftTransposed(rows(core, core.length() / r), dzRows, scratch);
    }
    INDArray lastCore = coreGradients.get(d0);
    lastCore.assign(dTail.reshape('c', lastCore.shape()));
  }
}
