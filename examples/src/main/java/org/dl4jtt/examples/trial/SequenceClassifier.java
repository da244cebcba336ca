package org.dl4jtt.examples.trial;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * An LSTM whose last state is classified, nothing of ours in it. With wide steps the
 * input-to-hidden matrix [size, 4 × hidden] holds most weights.
 */
public final class SequenceClassifier {
  /** The name of the recurrent layer. */
  public static final String LSTM_NAME = "lstm";

  private static final int HIDDEN = 128;
  private static final double WEIGHT_DECAY = 1e-4;

  private SequenceClassifier() {}

  /** A freshly initialised network for sequences of this step size. */
  public static ComputationGraph create(int size, int classes, ISchedule learningRates, long seed) {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(new Adam(learningRates))
                .weightInit(WeightInit.XAVIER)
                .l2(WEIGHT_DECAY)
                .graphBuilder()
                .addInputs("steps")
                .setInputTypes(InputType.recurrent(size))
                .addLayer(
                    LSTM_NAME,
                    new LastTimeStep(
                        new LSTM.Builder().nOut(HIDDEN).activation(Activation.TANH).build()),
                    "steps")
                .addLayer(Classifier.NAME, Classifier.of(classes), LSTM_NAME)
                .setOutputs(Classifier.NAME)
                .build());
    network.init();
    return network;
  }
}
