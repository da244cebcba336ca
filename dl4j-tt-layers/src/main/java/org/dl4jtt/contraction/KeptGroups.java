package org.dl4jtt.contraction;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The merged cores of inference, kept from call to call for as long as the cores are, bit for bit,
 * what they were: comparing a few thousand numbers takes microseconds, so nothing has to say that
 * parameters changed.
 *
 * <p>Kept is what the second call in a row with the same cores merges, so that training with a look
 * at the outputs now and then pays no more than the comparison. The results are those of merging
 * anew.
 */
final class KeptGroups {
  /** A plan with more numbers than this in its merged cores merges them every time. */
  static final double LARGEST = 1 << 24;

  private final Products products;
  private final Map<Path, List<INDArray>> groups = new HashMap<>();
  private final CoreVersions versions;
  private long version;

  KeptGroups(Products products) {
    this.products = products;
    this.versions = new CoreVersions(products);
  }

  /**
   * The groups of a plan for inference, in its order of steps.
   *
   * @param cores flat
   * @param merged where merges put what they multiply
   */
  synchronized List<INDArray> of(
      MatrixPlan plan, List<INDArray> cores, Merge.Flat memory, Map<Merge, INDArray> merged) {
    if (plan.groupLength() > LARGEST) {
      return merge(plan, cores, products, memory, merged);
    }
    long before = version;
    version = versions.of(cores);
    if (version != before) {
      groups.clear();
      return merge(plan, cores, products, memory, merged);
    }
    List<INDArray> kept = groups.get(plan.path());
    if (kept == null) {
      double length =
          groups.values().stream().flatMap(List::stream).mapToLong(INDArray::length).sum();
      if (length + plan.groupLength() > LARGEST) {
        groups.clear();
      }
      kept = merge(plan, cores, products, memory, merged).stream().map(CoreVersions::copy).toList();
      groups.put(plan.path(), kept);
    }
    return kept;
  }

  /** Merged anew. */
  static List<INDArray> merge(
      MatrixPlan plan,
      List<INDArray> cores,
      Products products,
      Merge.Flat memory,
      Map<Merge, INDArray> merged) {
    return plan.steps().stream()
        .map(step -> step.mergedGroup(cores, products, memory, merged))
        .toList();
  }
}
