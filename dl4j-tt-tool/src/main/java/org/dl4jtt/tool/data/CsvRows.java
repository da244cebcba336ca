package org.dl4jtt.tool.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.factory.Nd4j;

/** A CSV file with one example in each line. */
final class CsvRows implements Examples {
  private final CsvTable table;

  private CsvRows(CsvTable table) {
    this.table = table;
  }

  static CsvRows read(Path file, CsvFile.Format format, LabelRule rule) throws IOException {
    return new CsvRows(CsvTable.read(file, format, rule));
  }

  @Override
  public int count() {
    return table.features().size();
  }

  @Override
  public InputType type() {
    return InputType.feedForward(table.features().get(0).length);
  }

  @Override
  public LabelKind labelKind() {
    return table.kind();
  }

  @Override
  public List<String> labels() {
    return table.names().stream().distinct().toList();
  }

  @Override
  public String name(int index) {
    return table.path() + ", line " + table.lines().get(index);
  }

  @Override
  public Batch batch(int[] indices) {
    float[][] x = Arrays.stream(indices).mapToObj(table.features()::get).toArray(float[][]::new);
    List<String[]> names = List.of();
    List<float[][]> numbers = List.of();
    if (table.kind() == LabelKind.NAMES) {
      names = Arrays.stream(indices).mapToObj(i -> new String[] {table.names().get(i)}).toList();
    } else if (table.kind() == LabelKind.NUMBERS) {
      numbers =
          Arrays.stream(indices).mapToObj(i -> new float[][] {table.targets().get(i)}).toList();
    }
    return new Batch(Nd4j.createFromArray(x), names, numbers);
  }
}
