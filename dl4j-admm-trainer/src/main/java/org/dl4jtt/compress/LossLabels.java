package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.argument;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;

/** Which numbers a loss can be trained on; Deeplearning4j takes any and trains on nonsense. */
final class LossLabels {
  private LossLabels() {}

  /**
   * Checks labels without a mask.
   *
   * @param output the name of the output, for the message
   * @param classes numbers that the network gives for each example or step
   * @throws IllegalArgumentException naming the loss, and the labels that it cannot learn from
   */
  static void check(String output, ILossFunction loss, INDArray labels, long classes) {
    double least = labels.minNumber().doubleValue();
    double most = labels.maxNumber().doubleValue();
    String wanted = wanted(loss, labels, least, most, classes);
    argument(
        wanted == null,
        "%s has loss %s, which wants %s; the labels of the first mini-batch are from %s to %s",
        output,
        loss.name(),
        wanted,
        plain(least),
        plain(most));
  }

  /** What the loss wants, null if the labels are that. */
  private static @Nullable String wanted(
      ILossFunction loss, INDArray labels, double least, double most, long classes) {
    if (loss instanceof LossSparseMCXENT) {
      boolean whole = labels.fmod(1).amaxNumber().doubleValue() == 0;
      return whole && least >= 0 && most < classes
          ? null
          : "the numbers of classes, whole ones from 0 to " + (classes - 1);
    }
    if (loss instanceof LossHinge || loss instanceof LossSquaredHinge) {
      boolean signs = labels.mul(labels).subi(1).amaxNumber().doubleValue() == 0;
      return signs ? null : "labels of -1 and 1, not 0 and 1";
    }
    if (loss instanceof LossMCXENT || loss instanceof LossKLD || loss instanceof LossPoisson) {
      return least >= 0 ? null : "no negative labels";
    }
    if (loss instanceof LossBinaryXENT || loss instanceof LossFMeasure) {
      return least >= 0 && most <= 1 ? null : "labels from 0 to 1";
    }
    if (loss instanceof LossMSLE) {
      return least > -1 ? null : "labels above -1, as it takes the logarithm of 1 + label";
    }
    if (loss instanceof LossMAPE) {
      boolean none = labels.eq(0).castTo(labels.dataType()).sumNumber().doubleValue() == 0;
      return none ? null : "no label of 0, as it divides by the label";
    }
    return null;
  }

  private static String plain(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e9
        ? String.valueOf((long) number)
        : String.valueOf(number);
  }
}
