package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.argument;

import java.util.List;
import java.util.stream.IntStream;
import org.dl4jtt.tool.model.ModelTask;

/**
 * Which columns of a table are labels, and of what kind: as the command line says, or else as many
 * of the last ones as the model has outputs beside its inputs.
 *
 * @param columns names, or numbers from 0, or from the end: -1 is the last one; empty for the usual
 * @param task of the model
 * @param inputs numbers that the model takes for an example or step; 0 if not known
 * @param presence whether there are any
 */
record LabelRule(List<String> columns, ModelTask task, long inputs, Presence presence) {

  /** Whether there are labels. */
  enum Presence {
    /** They must be there. */
    REQUIRED,
    /** They may be: for predictions. */
    OPTIONAL,
    /** All columns are features. */
    NONE
  }

  /** Columns that are labels, in the order in which they were named. */
  int[] labelColumns(CsvFile file) {
    if (columns.isEmpty()) {
      int count = usualCount(file);
      int first = file.columns() - count;
      return IntStream.range(first, file.columns()).toArray();
    }
    int[] found = columns.stream().mapToInt(column -> column(file, column)).toArray();
    argument(
        IntStream.of(found).distinct().count() == found.length && found.length < file.columns(),
        "%s has %d columns, and %s of them are said to be labels; each needs its own, and features"
            + " need one",
        file.path(),
        file.columns(),
        columns);
    return found;
  }

  private int usualCount(CsvFile file) {
    boolean alone = inputs == 0 || inputs == file.columns() || file.columns() == 1;
    if (presence == Presence.NONE || (presence == Presence.OPTIONAL && alone)) {
      return 0;
    }
    argument(
        file.columns() > 1,
        "%s has 1 column; the label needs one, the features need one",
        file.path());
    boolean several = task.outputs() > 1 && task.outputs() < file.columns();
    return several && inputs == file.columns() - task.outputs() ? task.outputs() : 1;
  }

  private static int column(CsvFile file, String asked) {
    int named = file.headings().indexOf(asked);
    if (named >= 0) {
      return named;
    }
    argument(
        asked.matches("-?\\d{1,9}"),
        "%s has no column '%s'%s",
        file.path(),
        asked,
        file.headings().isEmpty() ? ": its first line has no headings" : " in " + file.headings());
    int number = Integer.parseInt(asked);
    int column = number < 0 ? file.columns() + number : number;
    argument(
        column >= 0 && column < file.columns(),
        "%s has %d columns; the label cannot be in column %d (the first is 0, the last -1)",
        file.path(),
        file.columns(),
        number);
    return column;
  }

  /** What so many columns of labels are. */
  LabelKind kind(int count) {
    if (count == 0) {
      return LabelKind.NONE;
    }
    boolean asOutputs = count == task.outputs() || task.outputs() == 0;
    boolean numbers =
        switch (task.family()) {
          case CLASSES -> count > 1;
          case LABELS -> count > 1;
          case NUMBERS -> asOutputs;
        };
    return numbers ? LabelKind.NUMBERS : LabelKind.NAMES;
  }

  /** The same where folders are the labels. */
  LabelRule ofFolders() {
    return new LabelRule(List.of(), task, inputs, Presence.NONE);
  }
}
