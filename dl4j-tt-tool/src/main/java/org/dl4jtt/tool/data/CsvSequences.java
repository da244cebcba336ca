package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * CSV files with one sequence each, one step in each line. Labels are a column, or the names of the
 * folders that the files are in.
 */
final class CsvSequences implements Examples {
  private final List<CsvTable> sequences;
  private final Classes classes;

  private CsvSequences(List<CsvTable> sequences, Classes classes) {
    this.sequences = sequences;
    this.classes = classes;
  }

  static CsvSequences read(List<Path> files, CsvTable.Format format, boolean byFolder)
      throws IOException {
    List<CsvTable> sequences = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (Path file : files) {
      CsvTable table = CsvTable.read(file, format, !byFolder);
      if (byFolder) {
        String folder = Labels.ofFolder(file);
        table = new CsvTable(table.numbers(), Collections.nCopies(table.numbers().size(), folder));
      }
      int features = table.numbers().get(0).length;
      argument(
          sequences.isEmpty() || features == sequences.get(0).numbers().get(0).length,
          "%s has %d features in a line, the sequences before it %d",
          file,
          features,
          sequences.isEmpty() ? 0 : sequences.get(0).numbers().get(0).length);
      sequences.add(table);
      labels.addAll(table.labels());
    }
    return new CsvSequences(sequences, Classes.of(labels));
  }

  @Override
  public int count() {
    return sequences.size();
  }

  @Override
  public InputType type() {
    return InputType.recurrent(sequences.get(0).numbers().get(0).length);
  }

  @Override
  public Classes classes() {
    return classes;
  }

  @Override
  public Batch batch(int[] indices) {
    int steps = Arrays.stream(indices).map(i -> sequences.get(i).numbers().size()).max().orElse(0);
    int features = sequences.get(0).numbers().get(0).length;
    float[][][] x = new float[indices.length][features][steps];
    List<int[]> y = new ArrayList<>();
    for (int row = 0; row < indices.length; row++) {
      CsvTable sequence = sequences.get(indices[row]);
      for (int t = 0; t < sequence.numbers().size(); t++) {
        float[] step = sequence.numbers().get(t);
        for (int f = 0; f < features; f++) {
          x[row][f][t] = step[f];
        }
      }
      y.add(sequence.labels().stream().mapToInt(classes::indexOf).toArray());
    }
    INDArray features3 = Nd4j.createFromArray(x);
    return new Batch(features3, y);
  }
}
