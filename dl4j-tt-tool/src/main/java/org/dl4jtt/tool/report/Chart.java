package org.dl4jtt.tool.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Lines over two axes as SVG. Colours are classes of the page's style sheet: {@code s0} to {@code
 * s6} for the series, {@code axis}, {@code grid}.
 *
 * @param xLabel under the axis; empty for an axis without numbers
 * @param yLabel above the axis
 * @param logarithmic the vertical axis; values that are not positive are left out
 */
record Chart(String xLabel, String yLabel, boolean logarithmic, List<Series> series) {
  private static final int WIDTH = 420;
  private static final int HEIGHT = 240;
  private static final int LEFT = 46;
  private static final int RIGHT = 18;
  private static final int TOP = 30;
  private static final int BOTTOM = 36;
  private static final int COLOURS = 7;
  private static final int TICKS = 5;

  /**
   * A line.
   *
   * @param points in the order of the line
   * @param marks points that stand out: a cut, a result
   */
  record Series(String name, List<Point> points, List<Point> marks) {}

  /** A point, in the units of the axes, and what is written beside it if it stands out. */
  record Point(double x, double y, String label) {
    static Point of(double x, double y) {
      return new Point(x, y, "");
    }
  }

  /** The class of a series' colour. */
  static String colour(int series) {
    return "s" + series % COLOURS;
  }

  String svg() {
    Axis x = Axis.linear(all().stream().mapToDouble(Point::x).toArray(), TICKS);
    double[] ys = all().stream().mapToDouble(Point::y).toArray();
    Axis y = logarithmic ? Axis.logarithmic(ys) : Axis.linear(ys, TICKS);
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
            WIDTH,
            HEIGHT,
            Html.escape(xLabel.isEmpty() ? yLabel : yLabel + " over " + xLabel)));
    axes(svg, x, y);
    for (int i = 0; i < series.size(); i++) {
      draw(svg, series.get(i), colour(i), x, y);
    }
    return svg.append("</svg>").toString();
  }

  private List<Point> all() {
    List<Point> points = new ArrayList<>();
    for (Series one : series) {
      one.points.stream().filter(this::isShown).forEach(points::add);
      one.marks.stream().filter(this::isShown).forEach(points::add);
    }
    return points;
  }

  private boolean isShown(Point point) {
    return Double.isFinite(point.y) && (!logarithmic || point.y > 0);
  }

  private void axes(StringBuilder svg, Axis x, Axis y) {
    for (double tick : y.ticks()) {
      double at = vertical(y, tick);
      line(svg, "grid", LEFT, at, WIDTH - RIGHT, at);
      text(svg, LEFT - 6, at + 4, "end", y.name(tick));
    }
    for (double tick : xLabel.isEmpty() ? List.<Double>of() : x.ticks()) {
      text(svg, horizontal(x, tick), HEIGHT - BOTTOM + 16, "middle", x.name(tick));
    }
    line(svg, "axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 4, "middle", xLabel);
    text(svg, 2, 12, "start", yLabel);
  }

  private void draw(StringBuilder svg, Series one, String colour, Axis x, Axis y) {
    StringBuilder path = new StringBuilder();
    for (Point p : one.points) {
      if (isShown(p)) {
        path.append(
            String.format(
                Locale.ROOT,
                "%s%.1f %.1f",
                path.isEmpty() ? "M" : "L",
                horizontal(x, p.x),
                vertical(y, p.y)));
      }
    }
    svg.append(String.format(Locale.ROOT, "<path class=\"line %s\" d=\"%s\"/>", colour, path));
    for (Point p : one.marks) {
      if (!isShown(p)) {
        continue;
      }
      double cx = horizontal(x, p.x);
      double cy = vertical(y, p.y);
      circle(svg, colour, cx, cy, 5);
      boolean right = cx > WIDTH * 0.8;
      if (xLabel.isEmpty()) { // the marks name the places on the axis
        text(svg, cx, HEIGHT - BOTTOM + 16, right ? "end" : "middle", p.label);
      } else {
        text(svg, right ? cx - 8 : cx + 8, cy - 7, right ? "end" : "start", p.label);
      }
    }
  }

  private static double horizontal(Axis x, double value) {
    return LEFT + x.position(value) * (WIDTH - LEFT - RIGHT);
  }

  private static double vertical(Axis y, double value) {
    return HEIGHT - BOTTOM - y.position(value) * (HEIGHT - TOP - BOTTOM);
  }

  private static void line(
      StringBuilder svg, String type, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
            type,
            x1,
            y1,
            x2,
            y2));
  }

  private static void circle(StringBuilder svg, String colour, double x, double y, int radius) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>",
            colour,
            x,
            y,
            radius));
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    if (!text.isEmpty()) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
              x,
              y,
              anchor,
              Html.escape(text)));
    }
  }
}
