package org.dl4jtt.tool.data;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Examples in random access, with labels or without. */
public interface Examples {
  /** How many there are. */
  int count();

  /** What each of them is: a vector, an image (channels first), a sequence (features first). */
  InputType type();

  /** What their labels are. */
  LabelKind labelKind();

  /** The different labels as they stand in the data; empty unless they are names. */
  List<String> labels();

  /** What an example is called: its file, and its line if there are several in it. */
  String name(int index);

  /** Files that were left out because they cannot be read. */
  default List<String> skipped() {
    return List.of();
  }

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
   * @param steps of each example; 1 for what is no sequence
   * @param names of each example's steps; empty unless labels are names
   * @param numbers of each example's steps; empty unless labels are numbers
   */
  @SuppressWarnings("ArrayRecordComponent") // read once, never compared
  record Batch(INDArray features, int[] steps, List<String[]> names, List<float[][]> numbers) {

    /** Examples that are no sequences. */
    Batch(INDArray features, List<String[]> names, List<float[][]> numbers) {
      this(features, ones(features.size(0)), names, numbers);
    }

    private static int[] ones(long n) {
      int[] ones = new int[(int) n];
      Arrays.fill(ones, 1);
      return ones;
    }

    /** The longest. */
    int longest() {
      return Arrays.stream(steps).max().orElse(1);
    }
  }
}
