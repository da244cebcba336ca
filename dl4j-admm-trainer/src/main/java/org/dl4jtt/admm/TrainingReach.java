package org.dl4jtt.admm;

/**
 * What the optimiser can do in the training ahead.
 *
 * @param reach {@code Σ lr_t / (1 − momentum_t)} over its iterations: how far it carries a weight
 *     along a gradient of 1
 * @param gradientDescent true if a step is proportional to the gradient (SGD, Nesterovs), false for
 *     updaters that normalise it (Adam and the like), which have no such reach
 * @param updates number of updates of Z and U
 * @param largestRate the largest learning rate among the iterations: a step of gradient descent
 *     along the penalty overshoots where ρ exceeds {@code 1 / largestRate}
 */
public record TrainingReach(
    double reach, boolean gradientDescent, int updates, double largestRate) {}
