package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.argument;

import java.util.List;
import org.deeplearning4j.datasets.iterator.MultiDataSetWrapperIterator;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Knowledge distillation: a network learns from the data and from the outputs of a teacher at once
 * (Hinton, Vinyals, Dean 2015, arXiv:1503.02531), by an ordinary {@code fit} on other labels.
 *
 * <pre>{@code
 * small.fit(Distillation.from(net).temperature(2).weight(0.7).labels(train), 10);
 * }</pre>
 *
 * With y the labels, q the teacher's outputs, w the weight and T the temperature, the labels are
 *
 * <pre>
 *   y' = (1 − w) y + w q_T
 *   q_T = q^{1/T} / Σ q^{1/T}                    of classes: softmax(z / T) for q = softmax(z)
 *   q_T = q^{1/T} / (q^{1/T} + (1 − q)^{1/T})    of labels of their own: sigmoid(z / T)
 *   q_T = q                                      of other numbers: T has no meaning for them
 * </pre>
 *
 * The losses of these outputs have gradients that are linear in the labels, so that the network p
 * learns from the sum of two losses:
 *
 * <pre>
 *   cross-entropy   CE(y', p) = (1 − w) CE(y, p) + w CE(q_T, p)
 *   squares         |p − y'|² = (1 − w) |p − y|² + w |p − q|² − w (1 − w) |y − q|²    the last: no p
 * </pre>
 *
 * <p>The network itself is trained at temperature 1. With T = 1 this is Hinton's sum; with T &gt; 1
 * his softens the network, too, and ours pulls it to softer outputs. The network has to have the
 * outputs and the losses of the teacher. Masks stay as they are.
 */
public final class Distillation {
  private final Model teacher;
  private final List<SoftOutput> outputs;
  private final double temperature;
  private final double weight;

  private Distillation(Model teacher, List<SoftOutput> outputs, double temperature, double weight) {
    this.teacher = teacher;
    this.outputs = outputs;
    this.temperature = temperature;
    this.weight = weight;
  }

  /**
   * From this teacher, at temperature 1 and weight 0.5.
   *
   * @param teacher a MultiLayerNetwork or ComputationGraph; only read
   * @throws IllegalArgumentException if one of its losses is not linear in the labels
   */
  public static Distillation from(Model teacher) {
    return new Distillation(teacher, SoftOutput.of(teacher), 1, 0.5);
  }

  /** At this temperature: above 1 for softer outputs of the teacher. */
  public Distillation temperature(double newTemperature) {
    checkTemperature(newTemperature);
    return new Distillation(teacher, outputs, newTemperature, weight);
  }

  /** With this weight of the teacher's outputs: from 0, none, to 1, nothing else. */
  public Distillation weight(double newWeight) {
    checkWeight(newWeight);
    return new Distillation(teacher, outputs, temperature, newWeight);
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

  /** The same data with other labels; the data itself stays as it is. */
  public DataSetIterator labels(DataSetIterator data) {
    return new MultiDataSetWrapperIterator(labels(new MultiDataSetIteratorAdapter(data)));
  }

  /** The same data with other labels; the data itself stays as it is. */
  public MultiDataSetIterator labels(MultiDataSetIterator data) {
    return new DistilledIterator(data, this);
  }

  MultiDataSet labels(MultiDataSet batch) {
    INDArray[] taught =
        Networks.output(
            teacher,
            batch.getFeatures(),
            batch.getFeaturesMaskArrays(),
            batch.getLabelsMaskArrays());
    INDArray[] mixed = new INDArray[taught.length];
    for (int i = 0; i < taught.length; i++) {
      INDArray label = batch.getLabels(i).castTo(taught[i].dataType());
      INDArray soft = outputs.get(i).soften(taught[i], temperature);
      mixed[i] = label.mul(1 - weight).addi(soft.mul(weight));
    }
    return new org.nd4j.linalg.dataset.MultiDataSet(
        batch.getFeatures(), mixed, batch.getFeaturesMaskArrays(), batch.getLabelsMaskArrays());
  }
}
