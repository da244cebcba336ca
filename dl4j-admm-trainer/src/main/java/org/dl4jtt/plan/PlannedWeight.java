package org.dl4jtt.plan;

import static org.dl4jtt.tensor.Check.argument;

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
 * @param flopsBefore multiply-adds per example (for sequences: per step) of the stock layer with
 *     this weight; 0 if the size of its input is not known
 * @param flopsAfter the same of the tensor layer, by its cheapest plan at batch 1
 * @param relativeError predicted |W − P(W)| / |W| when the plan was made; 0 if it was not computed
 */
public record PlannedWeight(
    String layer,
    String parameter,
    TensorForm form,
    long flopsBefore,
    long flopsAfter,
    double relativeError) {

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

  /** The set of weights that have this form. */
  public ConstraintSet constraint() {
    return form.isTrain() ? new TensorTrainSet(form) : new TensorRingSet(form);
  }
}
