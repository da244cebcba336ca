package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;
import org.dl4jtt.constraint.ConstraintSet;
import org.dl4jtt.constraint.TensorRingSet;
import org.dl4jtt.constraint.TensorTrainSet;
import org.dl4jtt.tensor.TensorForm;

/**
 * What becomes of one weight.
 *
 * @param layer the layer's name (see {@link NetworkLayer})
 * @param parameter DL4J's name of the weight in its layer, such as "W" or "RW"
 * @param form scheme, modes and ranks
 * @param predicted what the planner computed
 */
public record PlannedWeight(String layer, String parameter, TensorForm form, Prediction predicted)
    implements Serializable {

  /**
   * What a planned weight is predicted to cost and to lose.
   *
   * @param flopsBefore operations per example (for sequences: per step) of the stock layer with
   *     this weight, two for each multiply-add; 0 if the size of its input is not known
   * @param flopsAfter the same of the tensor layer, by the plan that would be cheapest if cores
   *     were merged in every call
   * @param secondsBefore time per example (for sequences: per step) of the stock layer with this
   *     weight, at the plan's batch, on the machine of the cost models (see {@link
   *     org.dl4jtt.contraction.PredictedTime}); 0 if it is not known
   * @param secondsAfter the same of the tensor layer
   * @param relativeError |W − P(W)| / |W| when the plan was made; 0 if it was not computed
   */
  public record Prediction(
      long flopsBefore,
      long flopsAfter,
      double secondsBefore,
      double secondsAfter,
      double relativeError)
      implements Serializable {
    static final Prediction NONE = new Prediction(0, 0, 0, 0, 0);
  }

  /** Checks that nothing is missing. */
  public PlannedWeight {
    argument(layer != null && !layer.isEmpty(), "a planned weight names no layer");
    argument(
        parameter != null && !parameter.isEmpty(), "layer %s: the parameter is missing", layer);
    argument(form != null, "layer %s, weight %s: the form is missing", layer, parameter);
  }

  /** Weights of the dense parameter. */
  public long weightsBefore() {
    return form.tensorization().weights();
  }

  /** Weights of the cores. */
  public long weightsAfter() {
    return form.weights();
  }

  /** See {@link Prediction}. */
  public long flopsBefore() {
    return predicted.flopsBefore();
  }

  /** See {@link Prediction}. */
  public long flopsAfter() {
    return predicted.flopsAfter();
  }

  /** See {@link Prediction}. */
  public double relativeError() {
    return predicted.relativeError();
  }

  /** True if the cost models predict that it takes longer in tensor form. */
  public boolean isSlower() {
    return predicted.secondsBefore() > 0 && predicted.secondsAfter() > predicted.secondsBefore();
  }

  /** The set of weights that have this form. */
  public ConstraintSet constraint() {
    return form.isTrain() ? new TensorTrainSet(form) : new TensorRingSet(form);
  }
}
