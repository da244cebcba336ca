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
  private final Classes classes;

  private CsvRows(CsvTable table) {
    this.table = table;
    this.classes = Classes.of(table.labels());
  }

  static CsvRows read(Path file, CsvTable.Format format) throws IOException {
    return new CsvRows(CsvTable.read(file, format, true));
  }

  @Override
  public int count() {
    return table.numbers().size();
  }

  @Override
  public InputType type() {
    return InputType.feedForward(table.numbers().get(0).length);
  }

  @Override
  public Classes classes() {
    return classes;
  }

  @Override
  public Batch batch(int[] indices) {
    float[][] x = Arrays.stream(indices).mapToObj(table.numbers()::get).toArray(float[][]::new);
    List<int[]> y =
        Arrays.stream(indices)
            .mapToObj(i -> new int[] {classes.indexOf(table.labels().get(i))})
            .toList();
    return new Batch(Nd4j.createFromArray(x), y);
  }
}
