package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.argument;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The cells of a CSV file in UTF-8 (RFC 4180): quoted cells, a byte order mark and blank lines are
 * no data; headings are told by a first line without a number.
 *
 * @param headings names of the columns; empty if there are none
 * @param rows with as many cells each
 */
record CsvFile(Path path, List<String> headings, List<Row> rows) {
  private static final char QUOTE = '"';
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
  private static final Pattern NOT_FINITE = Pattern.compile("(?i)[+-]?(nan|inf(inity)?)");

  /**
   * A line with data.
   *
   * @param line its number in the file, from 1
   */
  record Row(int line, List<String> cells) {}

  /**
   * How to read it.
   *
   * @param skipLines before the data
   * @param delimiter null for the one that the first line has: a tab, a semicolon or a comma
   * @param decimalComma 0,5 for a half
   */
  record Format(int skipLines, @Nullable Character delimiter, boolean decimalComma) {}

  /**
   * Reads a whole file.
   *
   * @throws IllegalArgumentException naming the line that is not like those before it
   */
  static CsvFile read(Path path, Format format) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (BufferedReader in = open(path)) {
      int number = 0;
      Character delimiter = format.delimiter;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        int first = number;
        if (number == 1) {
          line = withoutMark(path, line);
        }
        if (number <= format.skipLines || line.isBlank()) {
          continue;
        }
        while (isOpen(line)) { // a line break within quotes
          String more = in.readLine();
          argument(more != null, "%s, line %d: a quote is never closed", path, first);
          number++;
          line += "\n" + more;
        }
        delimiter = delimiter == null ? usual(line) : delimiter;
        add(path, rows, new Row(first, cells(line, delimiter)));
      }
    }
    argument(!rows.isEmpty(), "%s has no lines with data", path);
    boolean headed =
        rows.size() > 1
            && rows.get(0).cells.stream().noneMatch(cell -> isNumber(cell, format.decimalComma));
    return headed
        ? new CsvFile(path, rows.get(0).cells, List.copyOf(rows.subList(1, rows.size())))
        : new CsvFile(path, List.of(), rows);
  }

  /** What is not UTF-8 becomes U+FFFD: no number, and harmless in headings. */
  private static BufferedReader open(Path path) throws IOException {
    return new BufferedReader(
        new InputStreamReader(Files.newInputStream(path), StandardCharsets.UTF_8));
  }

  private static String withoutMark(Path path, String line) {
    argument(
        line.indexOf('\0') < 0, "%s is UTF-16 or no text at all; save it as CSV in UTF-8", path);
    return line.startsWith("\uFEFF") ? line.substring(1) : line;
  }

  private static void add(Path path, List<Row> rows, Row row) {
    int columns = rows.isEmpty() ? row.cells.size() : rows.get(0).cells.size();
    argument(
        row.cells.size() == columns,
        "%s, line %d: %d columns, where the lines before have %d",
        path,
        row.line,
        row.cells.size(),
        columns);
    rows.add(row);
  }

  private static boolean isOpen(String line) {
    return line.chars().filter(c -> c == QUOTE).count() % 2 == 1;
  }

  private static char usual(String line) {
    String bare = line.replaceAll("\"[^\"]*\"", "");
    return bare.indexOf('\t') >= 0 ? '\t' : bare.indexOf(';') >= 0 ? ';' : ',';
  }

  private static List<String> cells(String line, char delimiter) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == QUOTE && quoted && i + 1 < line.length() && line.charAt(i + 1) == QUOTE) {
        cell.append(QUOTE); // doubled within quotes
        i++;
      } else if (c == QUOTE) {
        quoted = !quoted;
      } else if (c == delimiter && !quoted) {
        cells.add(cell.toString().strip());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString().strip());
    return cells;
  }

  private static boolean isNumber(String cell, boolean decimalComma) {
    return NOT_FINITE.matcher(cell).matches()
        || NUMBER.matcher(decimalComma ? cell.replace(',', '.') : cell).lookingAt();
  }

  int columns() {
    return rows.get(0).cells.size();
  }

  /**
   * Reads a number.
   *
   * @throws IllegalArgumentException naming file, line and column of a cell that is no finite
   *     number
   */
  float number(Row row, int column, boolean decimalComma) {
    String cell = row.cells.get(column);
    String text = decimalComma ? cell.replace(',', '.') : cell;
    if (!NUMBER.matcher(text).matches()) {
      throw new IllegalArgumentException(at(row, column) + reason(cell));
    }
    float number = Float.parseFloat(text);
    argument(
        Float.isFinite(number),
        "%s'%s' is too large, numbers go up to 3.4e38",
        at(row, column),
        cell);
    return number;
  }

  private static String reason(String cell) {
    if (cell.isEmpty()) {
      return "a number is missing";
    }
    if (NOT_FINITE.matcher(cell).matches()) {
      return "'" + cell + "' is not finite; mend the data, or leave the line out";
    }
    return "'"
        + cell
        + "' is no number; --skip-lines passes over headings, --label-column names the labels"
        + (cell.matches("[+-]?\\d+,\\d+") ? ", --decimal-comma reads 0,5 as a half" : "");
  }

  /** Names a place, for messages. */
  String at(Row row, int column) {
    return path + ", line " + row.line + ", column " + column + ": ";
  }
}
