package org.dl4jtt.examples;

import java.util.Locale;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.dl4jtt.tool.progress.Progress;

/** Counts the images, averages the loss and stops a training that has become NaN. */
final class StepListener extends BaseTrainingListener {
  private final Progress.Stage stage;
  private final Supplier<String> circumstances;
  private double sum;
  private int steps;

  /**
   * @param circumstances what to say beside the iteration when the loss is no longer a number
   */
  StepListener(Progress.Stage stage, Supplier<String> circumstances) {
    this.stage = stage;
    this.circumstances = circumstances;
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    double loss = model.score();
    if (!Double.isFinite(loss)) {
      throw new DivergedException(
          String.format(
              Locale.ROOT,
              "the loss became %s at iteration %d (%s); try a smaller --learning-rate or --rho",
              loss,
              iteration,
              circumstances.get()));
    }
    sum += loss;
    steps++;
    stage.advance(model.batchSize());
  }

  /** The mean loss since the last call. */
  double takeMeanLoss() {
    double mean = steps == 0 ? Double.NaN : sum / steps;
    sum = 0;
    steps = 0;
    return mean;
  }
}
