package org.dl4jtt.contraction;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Multiplies a batch by a matrix in tensor form: {@code y = W x}, forward and backward.
 *
 * <pre>
 *   x  [batch, N]    y  [batch, M]    cores as in {@link TensorForm}
 * </pre>
 *
 * <p>How is decided by the {@link PathSearch}, for each batch size, and never timed. Reverse mode
 * runs through the same plan. The batch is never reordered: a 'c'-ordered x is contracted with the
 * batch as the first axis, an 'f'-ordered one with the batch as the last.
 *
 * <p>What inference merges of the cores is kept for as long as they stay bit for bit what they
 * were.
 */
public final class MatrixContraction {
  private static final int MAX_PLANS = 256;

  private record Case(long batch, boolean batchFirst, boolean training) {}

  private final TensorForm form;
  private final Products products;
  private final PathSearch planner;
  private final @Nullable Path pinned;
  private final KeptGroups kept;
  private final Map<Case, MatrixPlan> plans = new ConcurrentHashMap<>();

  private MatrixContraction(TensorForm form, Products products, @Nullable Path pinned) {
    this.form = form;
    this.products = products;
    this.pinned = pinned;
    this.kept = new KeptGroups(products);
    this.planner = new PathSearch(chain(form), products.costs());
  }

  /** For a form of a matrix. */
  public static MatrixContraction of(TensorForm form) {
    return of(form, Products.best());
  }

  static MatrixContraction of(TensorForm form, Products products) {
    return new MatrixContraction(form, products, null);
  }

  /** The same, always along this path. */
  public MatrixContraction pinned(Path path) {
    argument(
        path.order() == form.order(),
        "path %s is for %d cores, %s has %d",
        path,
        path.order(),
        form,
        form.order());
    return new MatrixContraction(form, products, path);
  }

  /** The plan for x of this batch size and order ('c' or 'f'). */
  public MatrixPlan plan(long batch, char order, boolean training) {
    argument(batch >= 1, "a batch has 1 example or more, not %d", batch);
    if (plans.size() > MAX_PLANS) {
      plans.clear();
    }
    return plans.computeIfAbsent(
        new Case(batch, order == 'c', training),
        c ->
            pinned == null
                ? planner.best(c.batch, c.batchFirst, c.training)
                : planner.plan(extended(pinned), c.batch, c.batchFirst, c.training));
  }

  /** The plan for an x in 'f' order. */
  public MatrixPlan plan(long batch, boolean training) {
    return plan(batch, 'f', training);
  }

  /**
   * Floating-point operations for one example, two for each multiply-add, by the plan that is the
   * cheapest if the cores are merged for this example alone.
   */
  public double flops() {
    return new PathSearch(chain(form), products.costs().mergingAlways())
        .best(1, true, false)
        .flops();
  }

  /** The order that y must have for this x: 'c' or 'f'. */
  public static char orderFor(INDArray x) {
    return x.size(0) > 1 && isDense(x, 'f') && !isDense(x, 'c') ? 'f' : 'c';
  }

  /**
   * y = W x.
   *
   * @param cores in the shapes of the form
   * @param x [batch, N]; copied if it is a view with gaps
   * @param y [batch, M] without gaps, of the order of {@link #orderFor}, overwritten
   * @param scratch for intermediates
   * @return from training, what {@link #backward} can use again as long as the scratch memory lives
   */
  public Tape forward(
      List<INDArray> cores, INDArray x, INDArray y, boolean training, Scratch scratch) {
    Merge.Flat memory = n -> scratch.allocate(y.dataType(), n);
    char order = orderFor(x);
    argument(isDense(y, order), "y must be a whole array in '%s' order", order);
    Tape tape = new Tape(plan(x.size(0), order, training));
    MatrixPlan plan = tape.plan();
    List<INDArray> flatCores = flatCores(cores, memory);
    tape.groups()
        .addAll(
            training
                ? KeptGroups.merge(plan, flatCores, products, memory, tape.merged())
                : kept.of(plan, flatCores, memory, tape.merged()));
    INDArray state = flat(x, order, memory);
    for (int k = 0; k < plan.steps().size(); k++) {
      Step step = plan.steps().get(k);
      tape.states().add(state);
      INDArray next = k == plan.steps().size() - 1 ? y : memory.allocate(step.length());
      products.multiply(step.fused(), tape.groups().get(k), state, next);
      state = next;
    }
    return tape;
  }

  /**
   * Gradients of a loss whose derivative by y is {@code yGradient}.
   *
   * @param tape of the forward pass in training, usable once: what it holds is overwritten by its
   *     gradients; null: computed again
   * @param yGradient [batch, M], unchanged; copied unless its order is that of y
   * @param coreGradients 'c'-ordered without gaps, in the shapes of the cores, overwritten
   * @param xGradient [batch, N] without gaps, of the order of {@link #orderFor} x, overwritten;
   *     null if not wanted
   */
  public void backward(
      List<INDArray> cores,
      INDArray x,
      INDArray yGradient,
      @Nullable Tape tape,
      List<INDArray> coreGradients,
      @Nullable INDArray xGradient,
      Scratch scratch) {
    Merge.Flat memory = n -> scratch.allocate(yGradient.dataType(), n);
    char order = orderFor(x);
    Tape used = tape;
    argument(
        used == null || used.plan().training(),
        "the tape is of a forward pass for inference; run it with training = true, or give null");
    if (used == null) {
      INDArray y = memory.allocate(yGradient.length());
      INDArray shaped =
          order == 'c'
              ? y.reshape('c', yGradient.shape())
              : y.reshape('c', new long[] {yGradient.size(1), yGradient.size(0)}).transpose();
      used = forward(cores, x, shaped, true, scratch);
    }
    List<INDArray> states = used.take();
    List<INDArray> targets = new ArrayList<>();
    for (INDArray gradient : coreGradients) {
      targets.add(gradient);
    }
    if (isSingleRing()) {
      targets.add(memory.allocate((long) form.ranks().get(0) * form.ranks().get(0)));
    }
    List<Step> steps = used.plan().steps();
    INDArray delta = flat(yGradient, order, memory);
    for (int k = steps.size() - 1; k >= 0; k--) {
      Step step = steps.get(k);
      INDArray state = states.get(k);
      INDArray gradient = step.group().target(step.order(), targets, memory);
      products.multiply(step.groupGradient(), delta, state, gradient);
      step.group().close(step.order(), gradient, used.merged(), targets, products, memory);
      INDArray next = k > 0 ? state : xGradient;
      if (next != null) {
        products.multiply(step.stateGradient(), used.groups().get(k), delta, next);
        delta = next;
      }
    }
  }

  /** y += b, for every example. */
  public void addBias(INDArray b, INDArray y) {
    if (isDense(y, 'c')) {
      products.addToRows(b, y);
    } else {
      y.addiRowVector(b);
    }
  }

  /** The gradient of b: the sum of {@code yGradient} over the examples, overwriting {@code out}. */
  public void biasGradient(INDArray yGradient, INDArray out) {
    INDArray matrix = isDense(yGradient, 'c') ? yGradient : yGradient.dup('c');
    products.sumRows(matrix, out);
  }

  private List<INDArray> flatCores(List<INDArray> cores, Merge.Flat memory) {
    List<INDArray> flat = new ArrayList<>();
    for (INDArray core : cores) {
      flat.add(
          hasGaps(core)
              ? memory.allocate(core.length()).reshape('c', core.shape()).assign(core)
              : core);
    }
    if (isSingleRing()) {
      int r0 = form.ranks().get(0);
      flat.add(
          memory
              .allocate((long) r0 * r0)
              .assign(Nd4j.eye(r0).reshape('c', new long[] {(long) r0 * r0})));
    }
    return flat;
  }

  /** True unless the numbers lie in 'c' order, one behind the other. */
  private static boolean hasGaps(INDArray core) {
    long expected = 1;
    for (int k = core.rank() - 1; k >= 0; k--) {
      if (core.size(k) > 1 && core.stride(k) != expected) {
        return true;
      }
      expected *= core.size(k);
    }
    return false;
  }

  /** A ring of one core is closed by an identity, as a second one. */
  private boolean isSingleRing() {
    return form.order() == 1 && !form.isTrain();
  }

  private static MatrixChain chain(TensorForm form) {
    MatrixChain chain = MatrixChain.of(form);
    if (form.order() > 1 || form.isTrain()) {
      return chain;
    }
    int r0 = form.ranks().get(0);
    return new MatrixChain(
        Stream.concat(chain.m().stream(), Stream.of(1)).toList(),
        Stream.concat(chain.n().stream(), Stream.of(1)).toList(),
        Collections.nCopies(3, r0));
  }

  private Path extended(Path path) {
    return isSingleRing() ? new Path(path.leftToRight(), List.of(2)) : path;
  }

  /** A matrix whose memory has the given order: a copy where it has not. */
  private static INDArray flat(INDArray matrix, char order, Merge.Flat memory) {
    if (isDense(matrix, order)) {
      return matrix;
    }
    INDArray copy = memory.allocate(matrix.length());
    INDArray source = order == 'c' ? matrix : matrix.transpose();
    copy.reshape('c', source.shape()).assign(source);
    return copy;
  }

  /**
   * Copies a matrix in 'c' order to one in 'f' order of the same shape, in tiles that stay in
   * cache.
   */
  public static void copyToF(INDArray from, INDArray to) {
    argument(isDense(from, 'c') && isDense(to, 'f'), "from must be 'c', to must be 'f', no views");
    argument(
        Arrays.equals(from.shape(), to.shape()) && from.dataType() == to.dataType(),
        "%s of %s is no copy of %s of %s",
        Arrays.toString(to.shape()),
        to.dataType(),
        Arrays.toString(from.shape()),
        from.dataType());
    Products.best().permute(Permutation.transposition(from.size(0), from.size(1)), from, to);
  }

  private static boolean isDense(INDArray matrix, char order) {
    long rows = matrix.size(0);
    long columns = matrix.size(1);
    return order == 'c'
        ? (columns == 1 || matrix.stride(1) == 1) && (rows == 1 || matrix.stride(0) == columns)
        : (rows == 1 || matrix.stride(0) == 1) && (columns == 1 || matrix.stride(1) == rows);
  }
}
