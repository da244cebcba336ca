package org.dl4jtt.surgery;

import java.util.ArrayList;
import java.util.List;
import org.dl4jtt.plan.PlannedWeight;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.RankBounds;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.TensorRing;
import org.dl4jtt.tensor.TensorTrain;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Cores that only carry a form: the values are drawn when the network is initialised. */
final class ZeroCores {
  private ZeroCores() {}

  static FactoredWeight of(PlannedWeight planned, INDArray weight) {
    TensorForm form = planned.form();
    List<Integer> modes = form.tensorization().modes();
    List<Integer> ranks = RankBounds.clip(modes, form.ranks()); // as a decomposition does
    List<INDArray> cores = new ArrayList<>();
    for (int k = 0; k < form.order(); k++) {
      long[] shape = {ranks.get(k), modes.get(k), ranks.get(k + 1)};
      cores.add(Nd4j.create(weight.dataType(), shape, 'c'));
    }
    return new FactoredWeight(
        form.tensorization(), form.isTrain() ? new TensorTrain(cores) : new TensorRing(cores));
  }
}
