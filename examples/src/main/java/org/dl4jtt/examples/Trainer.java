package org.dl4jtt.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.examples.report.EpochRow;
import org.dl4jtt.tool.data.ImageSet;
import org.dl4jtt.tool.progress.Progress;

/** Trains networks by ordinary {@code fit}, epoch by epoch, all in the same way. */
final class Trainer {
  private static final int BATCH = 64;
  private static final int CURVE_IMAGES = 2_000;

  private final ImageSet training;
  private final ImageSet curve;
  private final long seed;
  private final Progress progress;

  /**
   * @param test its first {@value #CURVE_IMAGES} images give the accuracy after each epoch
   */
  Trainer(ImageSet training, ImageSet test, long seed, Progress progress) {
    this.training = training;
    this.curve = test.first(CURVE_IMAGES);
    this.seed = seed;
    this.progress = progress;
  }

  /** The images that accuracy is measured on after each epoch. */
  ImageSet curve() {
    return curve;
  }

  /** The number of mini-batches in an epoch. */
  int iterationsPerEpoch() {
    return (training.count() + BATCH - 1) / BATCH;
  }

  /**
   * So many epochs more. The order of the images depends on the seed and the network's own count of
   * epochs alone.
   *
   * @param run the name of the run
   * @param done epochs that this run has behind it
   * @param circumstances what to say beside the iteration if the loss becomes NaN
   */
  List<EpochRow> train(
      String run, MultiLayerNetwork network, int done, int epochs, Supplier<String> circumstances) {
    Progress.Stage stage = progress.stage(run, done + epochs);
    StepListener steps =
        new StepListener(
            stage,
            () ->
                String.format(
                    Locale.ROOT,
                    "%s, learning rate %.3g, %s",
                    run,
                    network.getLearningRate(0),
                    circumstances.get()));
    network.addListeners(steps);
    List<EpochRow> history = new ArrayList<>();
    for (int epoch = done + 1; epoch <= done + epochs; epoch++) {
      double rate = network.getLearningRate(0);
      network.fit(training.shuffled(BATCH, seed, network.getEpochCount()));
      double loss = steps.takeMeanLoss();
      double accuracy = Measure.accuracy(network, curve);
      history.add(EpochRow.ordinary(run, epoch, rate, loss, accuracy));
      stage.epochDone(epoch, loss, accuracy);
    }
    network.getListeners().remove(steps);
    return history;
  }
}
