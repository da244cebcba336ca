package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.internal.Check.present;
import static org.dl4jtt.internal.Check.state;

import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.deeplearning4j.earlystopping.scorecalc.ScoreCalculator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.nd4j.evaluation.IEvaluation;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Evaluations for a {@link Compressor}, from those of Deeplearning4j.
 *
 * <pre>{@code
 * Scores.accuracy(test)
 * Scores.of(test, RegressionEvaluation::new, RegressionEvaluation::averageMeanSquaredError)
 * Scores.of(test, EvaluationBinary::new, EvaluationBinary::averageF1)
 * Scores.of(new DataSetLossCalculator(test, true))
 * }</pre>
 *
 * <p>Masks of the test data are heeded, as everywhere in Deeplearning4j.
 */
public final class Scores {
  private Scores() {}

  /** The share of test examples that are classified correctly. */
  public static ToDoubleFunction<Model> accuracy(DataSetIterator test) {
    return of(test, Evaluation::new, Evaluation::accuracy);
  }

  /**
   * Any number of any evaluation.
   *
   * @param test reset before each use
   * @param evaluation makes a new one
   * @param number of interest in it
   */
  public static <E extends IEvaluation<?>> ToDoubleFunction<Model> of(
      DataSetIterator test, Supplier<E> evaluation, ToDoubleFunction<? super E> number) {
    present(test, "the iterator of the test data is null");
    return measure(
        evaluation,
        number,
        test::reset,
        test::hasNext,
        (network, made) -> network.doEvaluation(test, made));
  }

  /** The same on test data of a graph with several inputs; the graph has one output. */
  public static <E extends IEvaluation<?>> ToDoubleFunction<Model> of(
      MultiDataSetIterator test, Supplier<E> evaluation, ToDoubleFunction<? super E> number) {
    present(test, "the iterator of the test data is null");
    return measure(
        evaluation,
        number,
        test::reset,
        test::hasNext,
        (network, made) -> network.doEvaluation(test, made));
  }

  /** The score of a calculator for early stopping. */
  public static <M extends Model> ToDoubleFunction<M> of(ScoreCalculator<M> calculator) {
    return present(calculator, "the score calculator is null")::calculateScore;
  }

  private static <E extends IEvaluation<?>> ToDoubleFunction<Model> measure(
      Supplier<E> evaluation,
      ToDoubleFunction<? super E> number,
      Runnable reset,
      BooleanSupplier more,
      BiConsumer<NeuralNetwork, IEvaluation<?>[]> pass) {
    present(evaluation, "the evaluation is null");
    present(number, "the function that takes a number from the evaluation is null");
    return model -> {
      E made = evaluation.get();
      reset.run();
      state(more.getAsBoolean(), "the test data has no mini-batch, so there is nothing to score");
      pass.accept(network(model), new IEvaluation<?>[] {made});
      return number.applyAsDouble(made);
    };
  }

  private static NeuralNetwork network(Model model) {
    argument(
        model instanceof NeuralNetwork,
        "a %s cannot be evaluated; a MultiLayerNetwork or a ComputationGraph can",
        model.getClass().getName());
    return (NeuralNetwork) model;
  }
}
