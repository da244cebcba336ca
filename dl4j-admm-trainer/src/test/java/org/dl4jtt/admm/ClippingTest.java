package org.dl4jtt.admm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * DL4J's gradient normalization acts on the sum of the loss's and the penalty's gradient, averaged
 * over the mini-batch. The oracle: the step without it, scaled by hand.
 */
class ClippingTest {
  private static final double LR = 0.1;
  private static final double THRESHOLD = 0.01; // binds: the gradients are of about 0.1
  private static final double TOLERANCE = 1e-12; // sums of O(1) doubles in another order

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "None")
  void normalization_actsOnLossAndPenaltyTogether(GradientNormalization normalization) {
    List<Constrained> weights = Nets.soft("fc1", "W");
    AdmmSettings settings = AdmmSettings.defaults().withRho(2);
    DataSet batch = Nets.vectors(8, 1);
    MultiLayerNetwork free = Nets.denseNet(Nets.conf(new Sgd(LR), true));
    MultiLayerNetwork lossOnly = free.clone();
    MultiLayerNetwork clipped =
        Nets.denseNet(
            Nets.conf(new Sgd(LR), true)
                .gradientNormalization(normalization)
                .gradientNormalizationThreshold(THRESHOLD));
    clipped.setParams(free.params().dup());
    INDArray w = free.getParam("0_W").dup();
    INDArray b = free.getParam("0_b").dup();
    free.setListeners(AdmmListener.of(weights, settings));
    clipped.setListeners(AdmmListener.of(weights, settings));

    free.fit(batch);
    lossOnly.fit(batch);
    clipped.fit(batch);

    INDArray gw = w.sub(free.getParam("0_W")).divi(LR);
    INDArray gb = b.sub(free.getParam("0_b")).divi(LR);
    INDArray stepW = w.sub(clipped.getParam("0_W")).divi(LR);
    INDArray stepB = b.sub(clipped.getParam("0_b")).divi(LR);
    assertThat(free.getParam("0_W").distance2(lossOnly.getParam("0_W")))
        .as("the penalty has a part in the step")
        .isGreaterThan(1e-3);
    double layer = Math.hypot(norm(gw), norm(gb));
    switch (normalization) {
      case RenormalizeL2PerLayer -> {
        check(stepW, gw, 1 / layer);
        check(stepB, gb, 1 / layer);
      }
      case RenormalizeL2PerParamType -> {
        check(stepW, gw, 1 / norm(gw));
        check(stepB, gb, 1 / norm(gb));
      }
      case ClipL2PerLayer -> {
        check(stepW, gw, THRESHOLD / layer);
        check(stepB, gb, THRESHOLD / layer);
      }
      case ClipL2PerParamType -> {
        check(stepW, gw, THRESHOLD / norm(gw));
        check(stepB, gb, Math.min(1, THRESHOLD / norm(gb)));
      }
      default -> {
        for (long i = 0; i < gw.length(); i++) {
          double expected = Math.max(-THRESHOLD, Math.min(THRESHOLD, gw.getDouble(i)));
          assertThat(stepW.getDouble(i)).isCloseTo(expected, within(TOLERANCE));
        }
      }
    }
  }

  private static void check(INDArray step, INDArray gradient, double scale) {
    assertThat(step.distance2(gradient.mul(scale))).isLessThan(TOLERANCE);
  }

  private static double norm(INDArray array) {
    return array.norm2Number().doubleValue();
  }
}
