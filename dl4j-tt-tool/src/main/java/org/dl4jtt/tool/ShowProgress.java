package org.dl4jtt.tool;

import java.util.Locale;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.dl4jtt.compress.CompressionListener;
import org.dl4jtt.compress.Stage;
import org.dl4jtt.compress.StageResult;
import org.dl4jtt.tool.progress.Progress;
import org.jspecify.annotations.Nullable;

/** Tells a progress bar how a compression goes on. */
final class ShowProgress extends BaseTrainingListener implements CompressionListener {
  private final Progress progress;
  private final int examplesPerEpoch;
  private final TrainingData examples;
  private final CommonOptions out;
  private Progress.@Nullable Stage stage;
  private double loss = Double.NaN;

  ShowProgress(Progress progress, TrainingData examples, CommonOptions out) {
    this.examples = examples;
    this.progress = progress;
    this.examplesPerEpoch = examples.trainingCount();
    this.out = out;
  }

  @Override
  public void stageStarted(Stage started, int epochsDone, int epochs) {
    this.stage = progress.stage(training(started), epochs);
    this.stage.advance(epochsDone * examplesPerEpoch);
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    loss = model.score();
    if (stage != null) {
      stage.advance(model.batchSize());
    }
  }

  @Override
  public void epochEnded(Stage ended, int epoch, int epochs) {
    if (stage != null) {
      stage.epochDone(epoch, loss, Double.NaN);
    }
  }

  @Override
  public void stageEnded(StageResult result) {
    out.note(
        String.format(
            Locale.ROOT,
            "%-10s %s %.4f  weights %,d",
            name(result.stage()),
            examples.scoreName(),
            result.score(),
            result.weights()));
    String warning = examples.warning();
    if (result.stage() == Stage.DENSE && warning != null) {
      out.note("warning: " + warning);
    }
  }

  /** What a stage is called when it is over. */
  static String name(Stage stage) {
    return stage.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String training(Stage stage) {
    return switch (stage) {
      case DENSE, DECOMPOSED -> "evaluation";
      case PROJECTED -> "ADMM";
      case FINE_TUNED -> "fine-tuning";
    };
  }
}
