package org.dl4jtt.examples.trial;

import java.util.Locale;
import java.util.function.Consumer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Ordinary {@code fit}, epoch by epoch, with a line for each. */
public final class EpochTraining {
  private EpochTraining() {}

  /**
   * So many epochs more, by the network's own count.
   *
   * @throws IllegalStateException when the loss is no longer a number
   */
  public static void run(
      String name,
      ComputationGraph network,
      Task task,
      long seed,
      int epochs,
      Consumer<String> log) {
    for (int epoch = 1; epoch <= epochs; epoch++) {
      long start = System.nanoTime();
      network.fit(task.epoch(seed, network.getEpochCount()));
      double loss = network.score();
      if (!Double.isFinite(loss)) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "%s: the loss became %s in epoch %d; try a smaller learning rate",
                name,
                loss,
                epoch));
      }
      log.accept(
          String.format(
              Locale.ROOT,
              "%-28s epoch %2d/%d  loss %.4f  %.1f s",
              name,
              epoch,
              epochs,
              loss,
              (System.nanoTime() - start) / 1e9));
    }
  }
}
