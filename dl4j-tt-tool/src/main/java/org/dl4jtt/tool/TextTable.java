package org.dl4jtt.tool;

import java.util.ArrayList;
import java.util.List;

/** Columns of text: the first one flush left, numbers flush right. */
final class TextTable {
  private final List<List<String>> rows = new ArrayList<>();

  TextTable(String... headings) {
    rows.add(List.of(headings));
  }

  void row(String... cells) {
    rows.add(List.of(cells));
  }

  @Override
  public String toString() {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    boolean[] left = new boolean[columns];
    for (int c = 0; c < columns; c++) {
      for (List<String> row : rows) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
      for (List<String> row : rows.subList(1, rows.size())) {
        left[c] |= !row.get(c).matches("[-\\d.,%x ?]*");
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        String padding = " ".repeat(widths[c] - row.get(c).length());
        line.append(left[c] ? row.get(c) + padding : padding + row.get(c)).append("  ");
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
