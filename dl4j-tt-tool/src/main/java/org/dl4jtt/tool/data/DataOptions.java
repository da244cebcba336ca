package org.dl4jtt.tool.data;

/**
 * How data is read.
 *
 * @param labelColumn of CSV, from 0; -1 is the last one
 * @param skipLines of CSV, before the data
 * @param delimiter of CSV
 * @param rgb images with red first, as Keras has them; DL4J has blue first
 */
public record DataOptions(int labelColumn, int skipLines, char delimiter, boolean rgb) {
  CsvTable.Format csv() {
    return new CsvTable.Format(skipLines, delimiter, labelColumn);
  }
}
