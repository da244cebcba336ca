package org.dl4jtt.tool.data;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How data is read.
 *
 * @param labelColumns of CSV: headings, numbers from 0, or from the end (-1 is the last one); empty
 *     for the usual: the last ones
 * @param skipLines of CSV, before the data
 * @param delimiter of CSV; null for the one that the file has
 * @param decimalComma 0,5 for a half
 * @param rgb images with red first, as Keras has them; DL4J has blue first
 * @param skipUnreadable share of the images that may be unreadable
 * @param autoencoder the labels are the features
 */
public record DataOptions(
    List<String> labelColumns,
    int skipLines,
    @Nullable Character delimiter,
    boolean decimalComma,
    boolean rgb,
    double skipUnreadable,
    boolean autoencoder) {

  /** Copies the list. */
  public DataOptions {
    labelColumns = List.copyOf(labelColumns);
  }

  CsvFile.Format csv() {
    return new CsvFile.Format(skipLines, delimiter, decimalComma);
  }
}
