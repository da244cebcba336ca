package org.dl4jtt.examples.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One epoch of one run.
 *
 * @param run which network: base, dense, directTT, admmTT, scratchTT
 * @param epoch from 1
 * @param learningRate of this epoch
 * @param loss of the last mini-batch
 * @param accuracy on the first test images
 * @param rho penalty of the constraint, while there is one
 * @param projectedAccuracy of the network with every constrained weight replaced by Z
 * @param residuals of every constrained weight
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EpochRow(
    String run,
    int epoch,
    double learningRate,
    double loss,
    double accuracy,
    @Nullable Double rho,
    @Nullable Double projectedAccuracy,
    @Nullable List<LayerResidual> residuals) {

  /**
   * Residuals of the split W = Z in one layer.
   *
   * @param primal |W - Z|
   * @param dual rho |Z - Z before|
   * @param relative |W - Z| / |W|
   */
  public record LayerResidual(
      String layer, String parameter, double primal, double dual, double relative) {}

  /** An epoch of ordinary training. */
  public static EpochRow ordinary(
      String run, int epoch, double learningRate, double loss, double accuracy) {
    return new EpochRow(run, epoch, learningRate, loss, accuracy, null, null, null);
  }
}
