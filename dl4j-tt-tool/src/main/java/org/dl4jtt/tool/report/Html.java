package org.dl4jtt.tool.report;

import java.util.Locale;

/** Bits of HTML. */
final class Html {
  private Html() {}

  /** Text that is no markup. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** A row of a table: the first cell is its heading. */
  static String row(String heading, String... cells) {
    StringBuilder row = new StringBuilder("<tr><th>").append(escape(heading)).append("</th>");
    for (String cell : cells) {
      row.append("<td>").append(escape(cell)).append("</td>");
    }
    return row.append("</tr>\n").toString();
  }

  /** A chart with a caption, and a legend if there are several lines. */
  static String figure(String caption, Chart chart) {
    StringBuilder html = new StringBuilder("<figure>").append(chart.svg()).append("<figcaption>");
    html.append(escape(caption));
    if (chart.series().size() > 1) {
      html.append("<span class=\"legend\">");
      for (int i = 0; i < chart.series().size(); i++) {
        html.append(
            String.format(
                Locale.ROOT,
                "<span><i class=\"%s\"></i>%s</span> ",
                Chart.colour(i),
                escape(chart.series().get(i).name())));
      }
      html.append("</span>");
    }
    return html.append("</figcaption></figure>\n").toString();
  }
}
