package org.dl4jtt.plan;

import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;

/**
 * One way to keep a weight.
 *
 * @param form null: dense, as it is
 * @param energy predicted |W − P(W)|² / |W|²
 * @param cost in the unit of the budget
 */
record Option(@Nullable TensorForm form, double energy, double cost) {}
