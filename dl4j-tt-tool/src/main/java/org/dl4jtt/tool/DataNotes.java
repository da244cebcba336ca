package org.dl4jtt.tool;

import java.util.List;
import org.dl4jtt.tool.data.Feed;

/** What of the data was left out, for people. */
final class DataNotes {
  private DataNotes() {}

  /** Empty if nothing was. */
  static String of(Feed feed) {
    List<String> skipped = feed.examples().skipped();
    return skipped.isEmpty()
        ? ""
        : skipped.size() + " unreadable, left out: " + String.join(", ", skipped) + "\n";
  }
}
