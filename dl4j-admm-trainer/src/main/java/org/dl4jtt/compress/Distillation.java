package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.argument;

import java.util.List;
import org.deeplearning4j.datasets.iterator.MultiDataSetWrapperIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Knowledge distillation: a network learns from the data and from the outputs of a teacher at once
 * (Hinton, Vinyals, Dean 2015, arXiv:1503.02531).
 *
 * <pre>{@code
 * Distillation.from(net).temperature(4).weight(0.9).fit(small, train, 10);
 * }</pre>
 *
 * With y the labels, z the student's logits, t the teacher's, w the weight and T the temperature,
 * the gradient of a softmax output is
 *
 * <pre>
 *   (1 − w) (softmax(z) − y) + w T (softmax(z / T) − softmax(t / T))
 * </pre>
 *
 * and likewise with sigmoids for outputs that are probabilities of their own; other outputs learn
 * from (1 − w) L(y) + w L(teacher's outputs), and so do the outputs of a {@code CnnLossLayer},
 * whose labels must have the shape of its images. The student keeps its own loss: the other one
 * stands in its output layers only while it is fitted. Masks stay as they are.
 */
public final class Distillation {
  private final Model teacher;
  private final double temperature;
  private final double weight;

  private Distillation(Model teacher, double temperature, double weight) {
    this.teacher = teacher;
    this.temperature = temperature;
    this.weight = weight;
  }

  /**
   * Learns from this teacher, at temperature 4 and weight 0.9.
   *
   * @param teacher a MultiLayerNetwork or ComputationGraph; only read
   * @throws IllegalArgumentException naming an output whose loss cannot learn from soft labels
   */
  public static Distillation from(Model teacher) {
    SoftOutput.of(teacher);
    return new Distillation(
        teacher, TeacherOptions.USUAL.temperature(), TeacherOptions.USUAL.weight());
  }

  /**
   * Sets the temperature: above 1 to learn more from the classes that the teacher finds unlikely.
   */
  public Distillation temperature(double newTemperature) {
    checkTemperature(newTemperature);
    return new Distillation(teacher, newTemperature, weight);
  }

  /** Sets the weight of the teacher's outputs: from 0, none, to 1, nothing else. */
  public Distillation weight(double newWeight) {
    checkWeight(newWeight);
    return new Distillation(teacher, temperature, newWeight);
  }

  static void checkTemperature(double temperature) {
    argument(
        temperature > 0 && Double.isFinite(temperature),
        "the temperature is %s; it must be positive, usually 1 to 5",
        temperature);
  }

  static void checkWeight(double weight) {
    argument(
        weight >= 0 && weight <= 1,
        "the weight of the teacher is %s; it must be from 0 to 1",
        weight);
  }

  /**
   * Fits a student.
   *
   * @param student with the outputs and the losses of the teacher
   * @param data is reset before every epoch
   */
  public void fit(MultiLayerNetwork student, DataSetIterator data, int epochs) {
    DataSetIterator taught =
        new MultiDataSetWrapperIterator(
            new ChangedIterator(new MultiDataSetIteratorAdapter(data), this::taught));
    whileFitting(student, () -> student.fit(taught, epochs));
  }

  /** Fits a student that is a graph; see {@link #fit(MultiLayerNetwork, DataSetIterator, int)}. */
  public void fit(ComputationGraph student, MultiDataSetIterator data, int epochs) {
    MultiDataSetIterator taught = new ChangedIterator(data, this::taught);
    whileFitting(student, () -> student.fit(taught, epochs));
  }

  /** Runs a training on {@link #taught} data, with the losses that it needs in the network. */
  void whileFitting(Model student, Runnable training) {
    List<SoftOutput> outputs = SoftOutput.of(student);
    for (SoftOutput output : outputs) {
      if (output.sideBySide()) {
        output
            .setLoss()
            .accept(new SoftTargetLoss(output.loss(), output.kind(), temperature, weight));
      }
    }
    try {
      training.run();
    } finally {
      outputs.forEach(output -> output.setLoss().accept(output.loss()));
    }
  }

  /** Returns the data with the teacher's outputs beside the labels. */
  EpochData taught(EpochData data) {
    return data.changed(this::taught);
  }

  /** Returns a mini-batch with the teacher's outputs beside the labels, along the classes. */
  MultiDataSet taught(MultiDataSet batch) {
    INDArray[] outputs =
        Networks.output(
            teacher,
            batch.getFeatures(),
            batch.getFeaturesMaskArrays(),
            batch.getLabelsMaskArrays());
    List<SoftOutput> kinds = SoftOutput.of(teacher);
    INDArray[] labels = new INDArray[outputs.length];
    for (int i = 0; i < outputs.length; i++) {
      INDArray label = batch.getLabels(i).castTo(outputs[i].dataType());
      int axis = kinds.get(i).classAxis();
      labels[i] =
          kinds.get(i).sideBySide()
              ? Nd4j.concat(axis < 0 ? label.rank() - 1 : axis, label, outputs[i])
              : label.mul(1 - weight).addi(outputs[i].mul(weight));
    }
    return new org.nd4j.linalg.dataset.MultiDataSet(
        batch.getFeatures(), labels, batch.getFeaturesMaskArrays(), batch.getLabelsMaskArrays());
  }
}
