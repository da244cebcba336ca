package org.dl4jtt.accelerate;

import org.deeplearning4j.nn.api.Layer;

/** A running layer of ours that stands in the place of a stock one. */
interface StockStandIn {
  /** The stock layer for the place of this one. */
  Layer stock();
}
