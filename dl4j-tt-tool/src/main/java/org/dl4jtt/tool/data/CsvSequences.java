package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * CSV files with one sequence each, one step in each line. Labels are columns, or the names of the
 * folders that the files are in.
 */
final class CsvSequences implements Examples {
  private final List<CsvTable> sequences;
  private final List<String> labels;

  private CsvSequences(List<CsvTable> sequences, List<String> labels) {
    this.sequences = sequences;
    this.labels = labels;
  }

  /**
   * Reads all files.
   *
   * @param folders names of the folders of classes; empty if labels are columns
   */
  static CsvSequences read(
      List<Path> files, CsvFile.Format format, LabelRule rule, List<String> folders)
      throws IOException {
    List<CsvTable> sequences = new ArrayList<>();
    Set<String> labels = new LinkedHashSet<>(folders);
    for (Path file : files) {
      CsvTable table = CsvTable.read(file, format, folders.isEmpty() ? rule : rule.ofFolders());
      if (!folders.isEmpty()) {
        table = inFolder(table, file);
      }
      int features = table.features().get(0).length;
      argument(
          sequences.isEmpty() || features == sequences.get(0).features().get(0).length,
          "%s has %d features in a line, the sequences before it %d",
          file,
          features,
          sequences.isEmpty() ? 0 : sequences.get(0).features().get(0).length);
      sequences.add(table);
      labels.addAll(table.names());
    }
    return new CsvSequences(sequences, List.copyOf(labels));
  }

  private static CsvTable inFolder(CsvTable table, Path file) {
    int steps = table.features().size();
    List<String> names = Collections.nCopies(steps, Labels.ofFolder(file));
    return new CsvTable(
        table.path(), table.lines(), table.features(), LabelKind.NAMES, names, List.of());
  }

  @Override
  public int count() {
    return sequences.size();
  }

  @Override
  public InputType type() {
    return InputType.recurrent(sequences.get(0).features().get(0).length);
  }

  @Override
  public LabelKind labelKind() {
    return sequences.get(0).kind();
  }

  @Override
  public List<String> labels() {
    return labels;
  }

  @Override
  public String name(int index) {
    return sequences.get(index).path().toString();
  }

  @Override
  public Batch batch(int[] indices) {
    int longest = 0;
    for (int index : indices) {
      longest = Math.max(longest, sequences.get(index).features().size());
    }
    int features = sequences.get(0).features().get(0).length;
    float[][][] x = new float[indices.length][features][longest];
    int[] steps = new int[indices.length];
    List<String[]> names = new ArrayList<>();
    List<float[][]> numbers = new ArrayList<>();
    for (int row = 0; row < indices.length; row++) {
      CsvTable sequence = sequences.get(indices[row]);
      steps[row] = sequence.features().size();
      for (int t = 0; t < steps[row]; t++) {
        float[] step = sequence.features().get(t);
        for (int f = 0; f < features; f++) {
          x[row][f][t] = step[f];
        }
      }
      if (sequence.kind() == LabelKind.NAMES) {
        names.add(sequence.names().toArray(String[]::new));
      } else if (sequence.kind() == LabelKind.NUMBERS) {
        numbers.add(sequence.targets().toArray(float[][]::new));
      }
    }
    return new Batch(Nd4j.createFromArray(x), steps, names, numbers);
  }
}
