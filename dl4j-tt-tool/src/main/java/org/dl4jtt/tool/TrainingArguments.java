package org.dl4jtt.tool;

import static org.dl4jtt.internal.Check.argument;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.compress.Compressor;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a model is trained on while it gets small. */
final class TrainingArguments {
  /** Epochs are few, so Z and U are updated within them, too. */
  private static final int UPDATES_PER_EPOCH = 5;

  @Option(
      names = "--admm-epochs",
      paramLabel = "N",
      defaultValue = "8",
      description = "under the constraint (default: ${DEFAULT-VALUE})")
  private int admmEpochs;

  @Option(
      names = "--fine-epochs",
      paramLabel = "N",
      defaultValue = "4",
      description = "of the small model (default: ${DEFAULT-VALUE})")
  private int fineEpochs;

  @Option(names = "--learning-rate", paramLabel = "LR", description = "in place of the model's own")
  private @Nullable Double learningRate;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "of shuffles and dropout (default: ${DEFAULT-VALUE})")
  private long seed;

  int epochs() {
    return admmEpochs + fineEpochs;
  }

  long seed() {
    return seed;
  }

  /** Before the compressor copies the model. */
  void applyTo(Model model) {
    argument(admmEpochs >= 0, "--admm-epochs %d; give 0 or more", admmEpochs);
    argument(fineEpochs >= 0, "--fine-epochs %d; give 0 or more", fineEpochs);
    if (learningRate == null) {
      return;
    }
    argument(learningRate > 0, "--learning-rate %s; it must be positive", learningRate);
    if (model instanceof MultiLayerNetwork network) {
      network.setLearningRate(learningRate);
    } else {
      ((ComputationGraph) model).setLearningRate(learningRate);
    }
  }

  <M extends Model> Compressor<M> applyTo(Compressor<M> compressor, int iterationsPerEpoch) {
    AdmmSettings settings =
        AdmmSettings.defaults()
            .withIterationsPerEpoch(iterationsPerEpoch)
            .withUpdateEveryIterations(Math.max(1, iterationsPerEpoch / UPDATES_PER_EPOCH));
    return compressor
        .settings(settings)
        .admmEpochs(admmEpochs)
        .fineTuningEpochs(fineEpochs)
        .seed(seed);
  }
}
