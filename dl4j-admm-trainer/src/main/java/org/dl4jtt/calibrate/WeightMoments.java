package org.dl4jtt.calibrate;

import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.Metric;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sums for one weight. */
final class WeightMoments {
  private static final Logger LOG = LoggerFactory.getLogger(WeightMoments.class);

  private final WeightName name;
  private final WeightShape shape;
  private final boolean centred;
  private final MomentSize size;
  private final Sums inputs;
  private final Sums gradients;
  private double rows;

  /**
   * @param centred true if a bias or a batch norm takes up what the weight does to the mean
   * @param largest a moment of more numbers in a row is kept in a smaller form
   */
  WeightMoments(WeightName name, WeightShape shape, boolean centred, int largest, boolean oneHot) {
    this.name = name;
    this.shape = shape;
    this.centred = centred && !oneHot;
    size = oneHot ? MomentSize.DIAGONAL : MomentSize.of(shape, largest);
    int patch = MomentSize.positions(shape) * shape.inputs();
    inputs =
        new Sums(size == MomentSize.CHANNELS ? shape.inputs() : patch, size == MomentSize.DIAGONAL);
    gradients = new Sums(shape.outputs(), shape.outputs() > largest);
  }

  void add(LinearStep.Seen seen) {
    RowSource source = seen.inputs();
    for (int i = 0; i < source.chunks(); i++) {
      MemoryWorkspace scratch = Scratch.rows();
      try {
        Rows chunk = source.chunk(i);
        rows += chunk.count();
        if (source.isOneHot()) {
          inputs.addIndices(chunk);
        } else {
          inputs.add(size.of(chunk, shape));
        }
      } finally {
        scratch.close();
      }
    }
    Rows g = seen.gradients();
    if (g != null) {
      gradients.add(g);
    }
  }

  /**
   * The metric.
   *
   * @param examples how many were seen
   * @param withGradients false if no loss was there to give any
   */
  Metric metric(int examples, boolean withGradients) {
    long numbers = inputs.sum().length();
    if (size != MomentSize.DIAGONAL && rows < numbers) {
      LOG.warn(
          "{}: moments of {} inputs from {} rows have a rank of {} at most; they are regularised,"
              + " more examples would say more",
          name,
          numbers,
          (long) rows,
          (long) rows);
    }
    Metric metric =
        centred
            ? Metric.none().withCentredInputs(inputs.products(), inputs.sum(), inputs.count())
            : Metric.none().withInputs(inputs.products(), inputs.count());
    return withGradients ? metric.withOutputs(gradients.products(), examples) : metric;
  }
}
