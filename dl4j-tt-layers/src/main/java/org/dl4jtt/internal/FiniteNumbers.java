package org.dl4jtt.internal;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.reduce.longer.MatchCondition;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.conditions.Conditions;

/** Whether arrays hold NaN or infinity; counted, not summed, so that nothing can overflow. */
public final class FiniteNumbers {
  private FiniteNumbers() {}

  /** Returns true if no array holds NaN or infinity; null ones and integers hold none. */
  public static boolean in(@Nullable INDArray @Nullable [] arrays) {
    if (arrays == null) {
      return true;
    }
    for (INDArray array : arrays) {
      if (array != null && !in(array)) {
        return false;
      }
    }
    return true;
  }

  /** Returns true if the array holds neither NaN nor infinity. */
  public static boolean in(INDArray array) {
    return !array.dataType().isFPType()
        || Nd4j.getExecutioner().exec(new MatchCondition(array, Conditions.notFinite())).getLong(0)
            == 0;
  }
}
