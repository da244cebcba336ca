package org.dl4jtt.compress;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import org.dl4jtt.compress.SoftOutput.Kind;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossUtil;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.databind.annotation.JsonSerialize;

/**
 * The loss of a student that learns from labels y and a teacher's outputs q at once (Hinton,
 * Vinyals, Dean 2015, §2): with its own loss L, logits z, temperature T and weight w,
 *
 * <pre>
 *   classes   (1 − w) L(y, z) + w T² KL(q_T ‖ softmax(z / T))     q_T = q^{1/T} / Σ q^{1/T}
 *   gradient  (1 − w) ∂L/∂z   + w T  (softmax(z / T) − q_T)
 *
 *   labels    the same with sigmoid(z / T) and q_T = q^{1/T} / (q^{1/T} + (1 − q)^{1/T})
 *   numbers   (1 − w) L(y, z) + w L(q, z)                         T has no meaning for them
 * </pre>
 *
 * <p>The labels it is given hold y and q side by side: [N, 2n] for n outputs. It stands in an
 * output layer only while a network is fitted; written as JSON in that time, it is the network's
 * own loss.
 */
@JsonSerialize(using = OwnLossSerializer.class)
final class SoftTargetLoss implements ILossFunction {
  private static final long serialVersionUID = 1;

  /** Keeps logarithms finite, in HALF as well. */
  private static final double TINY = 1e-7;

  private final ILossFunction own;
  private final Kind kind;
  private final double temperature;
  private final double weight;

  SoftTargetLoss(ILossFunction own, Kind kind, double temperature, double weight) {
    this.own = own;
    this.kind = kind;
    this.temperature = temperature;
    this.weight = weight;
  }

  /** The loss of the network itself. */
  ILossFunction own() {
    return own;
  }

  private static INDArray hard(INDArray labels) {
    return labels.get(all(), interval(0, labels.size(1) / 2));
  }

  private static INDArray taught(INDArray labels) {
    return labels.get(all(), interval(labels.size(1) / 2, labels.size(1)));
  }

  @Override
  public double computeScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activation,
      @Nullable INDArray mask,
      boolean average) {
    double sum = computeScoreArray(labels, preOutput, activation, mask).sumNumber().doubleValue();
    return average ? sum / labels.size(0) : sum;
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
    INDArray hard = own.computeScoreArray(hard(labels), preOutput.dup(), activation, mask);
    INDArray soft;
    if (kind == Kind.NUMBERS) {
      soft = own.computeScoreArray(taught(labels), preOutput.dup(), activation, mask);
    } else {
      INDArray q = softened(taught(labels));
      INDArray p = student(preOutput);
      INDArray divergence = divergence(q, p);
      if (kind == Kind.LABELS) {
        divergence.addi(divergence(q.rsub(1), p.rsub(1)));
      }
      masked(divergence, mask);
      soft = divergence.sum(true, 1).muli(temperature * temperature);
    }
    return hard.reshape(soft.shape()).mul(1 - weight).addi(soft.mul(weight));
  }

  /** q log (q / p), 0 where q is 0. */
  private static INDArray divergence(INDArray q, INDArray p) {
    INDArray logs = Transforms.log(Transforms.max(q, TINY, true), false);
    return logs.subi(Transforms.log(Transforms.max(p, TINY, true), false)).muli(q);
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
    INDArray gradient =
        own.computeGradient(hard(labels), preOutput.dup(), activation, mask).mul(1 - weight);
    if (kind == Kind.NUMBERS) {
      return gradient.addi(
          own.computeGradient(taught(labels), preOutput.dup(), activation, mask).mul(weight));
    }
    INDArray soft = student(preOutput).subi(softened(taught(labels))).muli(weight * temperature);
    masked(soft, mask);
    return gradient.addi(soft);
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activation,
      @Nullable INDArray mask,
      boolean average) {
    return new Pair<>(
        computeScore(labels, preOutput, activation, mask, average),
        computeGradient(labels, preOutput, activation, mask));
  }

  /** The student's outputs at the temperature. */
  private INDArray student(INDArray preOutput) {
    IActivation softened = kind == Kind.CLASSES ? new ActivationSoftmax() : new ActivationSigmoid();
    return softened.getActivation(preOutput.div(temperature), false);
  }

  /** The teacher's, which are 0 where a mask hides them: any distribution does there. */
  private INDArray softened(INDArray q) {
    INDArray powers = Transforms.pow(q, 1 / temperature, true);
    INDArray sums =
        kind == Kind.CLASSES
            ? powers.sum(true, 1)
            : Transforms.pow(q.rsub(1), 1 / temperature, false).addi(powers);
    Transforms.max(sums, TINY, false);
    return kind == Kind.CLASSES ? powers.diviColumnVector(sums) : powers.divi(sums);
  }

  private static void masked(INDArray array, @Nullable INDArray mask) {
    if (mask != null) {
      LossUtil.applyMask(array, mask.castTo(array.dataType()));
    }
  }

  @Override
  public String name() {
    return own.name() + " with soft targets";
  }

  @Override
  public String toString() {
    return name();
  }
}
