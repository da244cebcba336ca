package org.dl4jtt.tool.data;

import java.io.IOException;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Labelled examples in random access. */
public interface Examples {
  /** How many there are. */
  int count();

  /** What each of them is: a vector, an image (channels first), a sequence (features first). */
  InputType type();

  /** The classes that their labels name. */
  Classes classes();

  /**
   * Some examples.
   *
   * @param indices from 0 to {@link #count()} - 1
   * @throws IOException naming the file that cannot be read
   */
  Batch batch(int[] indices) throws IOException;

  /**
   * Examples as they are in the files: not scaled, in DL4J's usual order of dimensions.
   *
   * @param features [n, size], [n, channels, height, width] or [n, features, steps]
   * @param labels of each example, one; of a sequence one for each of its steps
   */
  record Batch(INDArray features, List<int[]> labels) {}
}
