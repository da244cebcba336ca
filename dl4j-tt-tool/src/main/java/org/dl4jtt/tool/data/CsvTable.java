package org.dl4jtt.tool.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Features and labels of a CSV file, row by row.
 *
 * @param lines of the rows in the file
 * @param names of the labels; empty if they are numbers or none
 * @param targets labels that are numbers; empty if they are names or none
 */
record CsvTable(
    Path path,
    List<Integer> lines,
    List<float[]> features,
    LabelKind kind,
    List<String> names,
    List<float[]> targets) {

  /** Reads a file; every cell but those of names is a finite number. */
  static CsvTable read(Path path, CsvFile.Format format, LabelRule rule) throws IOException {
    CsvFile file = CsvFile.read(path, format);
    int[] labels = rule.labelColumns(file);
    int[] features =
        IntStream.range(0, file.columns())
            .filter(column -> IntStream.of(labels).noneMatch(label -> label == column))
            .toArray();
    CsvTable table =
        new CsvTable(
            path,
            new ArrayList<>(),
            new ArrayList<>(),
            rule.kind(labels.length),
            new ArrayList<>(),
            new ArrayList<>());
    for (CsvFile.Row row : file.rows()) {
      table.lines.add(row.line());
      table.features.add(numbers(file, row, features, format.decimalComma()));
      if (table.kind == LabelKind.NUMBERS) {
        table.targets.add(numbers(file, row, labels, format.decimalComma()));
      } else if (table.kind == LabelKind.NAMES) {
        table.names.add(name(file, row, labels[0]));
      }
    }
    return table;
  }

  private static String name(CsvFile file, CsvFile.Row row, int column) {
    String name = row.cells().get(column);
    if (name.isEmpty()) {
      throw new IllegalArgumentException(file.at(row, column) + "the label is missing");
    }
    return name;
  }

  private static float[] numbers(
      CsvFile file, CsvFile.Row row, int[] columns, boolean decimalComma) {
    float[] numbers = new float[columns.length];
    for (int i = 0; i < columns.length; i++) {
      numbers[i] = file.number(row, columns[i], decimalComma);
    }
    return numbers;
  }
}
