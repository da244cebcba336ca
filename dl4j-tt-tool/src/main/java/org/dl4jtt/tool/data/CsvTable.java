package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.datavec.api.records.reader.impl.csv.CSVRecordReader;
import org.datavec.api.split.FileSplit;
import org.datavec.api.writable.Writable;

/**
 * A CSV file: numbers, and a column of labels if there is one.
 *
 * @param numbers row by row
 * @param labels of the rows; empty if no column was named
 */
record CsvTable(List<float[]> numbers, List<String> labels) {

  /**
   * How to read it.
   *
   * @param labelColumn from 0; -1 is the last one, -2 the one before it, ...
   */
  record Format(int skipLines, char delimiter, int labelColumn) {}

  /** Reads a file, with a column of labels or without. */
  static CsvTable read(Path file, Format format, boolean labelled) throws IOException {
    List<float[]> numbers = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    try (CSVRecordReader reader = new CSVRecordReader(format.skipLines, format.delimiter)) {
      reader.initialize(new FileSplit(file.toFile()));
      int line = format.skipLines;
      int columns = -1;
      while (reader.hasNext()) {
        line++;
        List<Writable> row = reader.next();
        columns = columns < 0 ? row.size() : columns;
        argument(
            row.size() == columns,
            "%s, line %d: %d columns, where the lines before have %d",
            file,
            line,
            row.size(),
            columns);
        int label = labelled ? column(file, format.labelColumn, columns) : -1;
        if (labelled) {
          labels.add(row.get(label).toString().strip());
        }
        numbers.add(numbers(file, line, row, label));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading " + file, e);
    }
    argument(!numbers.isEmpty(), "%s has no lines with data", file);
    return new CsvTable(numbers, labels);
  }

  private static int column(Path file, int asked, int columns) {
    int column = asked < 0 ? columns + asked : asked;
    argument(
        column >= 0 && column < columns && columns > 1,
        "%s has %d columns; the label cannot be in column %d (the first is 0, the last -1)",
        file,
        columns,
        asked);
    return column;
  }

  private static float[] numbers(Path file, int line, List<Writable> row, int label) {
    float[] numbers = new float[label < 0 ? row.size() : row.size() - 1];
    int next = 0;
    for (int i = 0; i < row.size(); i++) {
      if (i == label) {
        continue;
      }
      String text = row.get(i).toString().strip();
      try {
        numbers[next++] = Float.parseFloat(text);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s, line %d, column %d: '%s' is no number; --skip-lines passes over headings,"
                    + " --label-column names the labels",
                file,
                line,
                i,
                text),
            e);
      }
    }
    return numbers;
  }
}
