package org.dl4jtt.tool.data;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The classes of a set of examples.
 *
 * @param names in the order of their numbers
 * @param numbered true if the data has numbers, so that classes may be missing; false if they are
 *     names, sorted
 */
public record Classes(List<String> names, boolean numbered) {

  /** Copies the list. */
  public Classes {
    names = List.copyOf(names);
  }

  /** 0, 1, …, highest. */
  static Classes numbered(int highest) {
    return new Classes(IntStream.rangeClosed(0, highest).mapToObj(String::valueOf).toList(), true);
  }

  /** Numbers if all labels are whole numbers from 0, names in their alphabetical order if not. */
  static Classes of(List<String> labels) {
    int highest = 0;
    for (String label : labels) {
      if (!label.matches("\\d{1,6}(\\.0+)?")) {
        return new Classes(List.copyOf(new TreeSet<>(labels)), false);
      }
      highest = Math.max(highest, number(label));
    }
    return numbered(highest);
  }

  /** The number of a label. */
  int indexOf(String label) {
    return numbered ? number(label) : names.indexOf(label);
  }

  private static int number(String label) {
    int point = label.indexOf('.');
    return Integer.parseInt(point < 0 ? label : label.substring(0, point));
  }

  /** {@code 10 classes (0 to 9)}, {@code 3 classes (cat, dog, newt)}. */
  @Override
  public String toString() {
    String which =
        numbered
            ? "0 to " + (names.size() - 1)
            : String.join(", ", names.subList(0, Math.min(8, names.size())))
                + (names.size() > 8 ? ", ..." : "");
    return names.size() + (names.size() == 1 ? " class (" : " classes (") + which + ")";
  }
}
