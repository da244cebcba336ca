package org.dl4jtt.calibrate;

import static org.dl4jtt.internal.Check.argument;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/**
 * Labels drawn from what the network itself predicts, so that none are needed: a class from its
 * softmax, each of several from its sigmoid, a value with unit normal noise for a squared error.
 * The mean of g gᵀ over them is the Fisher information (Martens and Grosse 2015, §2).
 */
final class SampledLabels {
  private final Random random;

  SampledLabels(long seed) {
    random = new Random(seed);
  }

  /** True if labels for this loss can be drawn. */
  static boolean canDraw(@Nullable ILossFunction loss) {
    return loss instanceof LossMCXENT
        || loss instanceof LossNegativeLogLikelihood
        || loss instanceof LossBinaryXENT
        || loss instanceof LossL2
        || loss instanceof LossMSE;
  }

  /**
   * Draws labels.
   *
   * @param output of the step, [b, n] or of more axes
   */
  INDArray of(INDArray output, OutputStep step, String layer) {
    ILossFunction loss = step.loss();
    argument(
        canDraw(loss),
        "layer %s: labels for the loss %s cannot be drawn from the network's own output; calibrate"
            + " with trueLabels()",
        layer,
        loss == null ? "of this layer" : loss.name());
    int axis = output.rank() == 2 ? 1 : step.outputAxis();
    INDArray rows = Rows.of(output, axis, null).values();
    boolean classes =
        (loss instanceof LossMCXENT || loss instanceof LossNegativeLogLikelihood)
            && !(step.activation() instanceof ActivationSigmoid);
    boolean bits = !classes && !(loss instanceof LossL2 || loss instanceof LossMSE);
    double[][] p = rows.castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE).toDoubleMatrix();
    for (double[] row : p) {
      if (classes) {
        draw(row);
      } else {
        for (int i = 0; i < row.length; i++) {
          row[i] = bits ? (random.nextDouble() < row[i] ? 1 : 0) : row[i] + random.nextGaussian();
        }
      }
    }
    return like(Nd4j.createFromArray(p).castTo(output.dataType()), output, axis);
  }

  /** One-hot, in place. */
  private void draw(double[] row) {
    double sum = 0;
    for (double value : row) {
      sum += value;
    }
    double left = random.nextDouble() * sum;
    int drawn = -1;
    for (int i = 0; i < row.length; i++) {
      left -= row[i];
      if (drawn < 0 && (left < 0 || i == row.length - 1)) {
        drawn = i;
      }
      row[i] = 0;
    }
    row[drawn] = 1;
  }

  /** Rows back in the shape of the output. */
  private static INDArray like(INDArray rows, INDArray output, int axis) {
    int rank = output.rank();
    long[] last = new long[rank];
    int[] back = new int[rank];
    int next = 0;
    for (int k = 0; k < rank; k++) {
      if (k != axis) {
        back[k] = next;
        last[next++] = output.size(k);
      }
    }
    back[axis] = rank - 1;
    last[rank - 1] = output.size(axis);
    return rows.reshape('c', last).permute(back).dup('c');
  }
}
