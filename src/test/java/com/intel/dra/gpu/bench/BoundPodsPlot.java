package com.intel.dra.gpu.bench;

import com.intel.dra.gpu.bench.results.SchedulingResult;
import java.util.List;
import java.util.Locale;

/** Draws how many pods are bound over time, a line for each run, as an SVG picture. */
final class BoundPodsPlot {

  private static final List<String> COLOURS =
      List.of("#0068b5", "#d9822b", "#5a9e48", "#8a5bb0", "#c23b5a", "#4a4a4a");

  private static final int WIDTH = 760;
  private static final int HEIGHT = 400;
  private static final int LEFT = 60;
  private static final int RIGHT = 20;
  private static final int TOP = 20;
  private static final int BOTTOM = 50;
  private static final int LINE_OF_LEGEND = 18;
  private static final int TICKS = 5;
  private static final int MOST_POINTS = 200;

  private BoundPodsPlot() {}

  static String svg(List<SchedulingResult> results) {
    double longest = results.stream().mapToDouble(SchedulingResult::seconds).max().orElse(1);
    int most = results.stream().mapToInt(SchedulingResult::pods).max().orElse(1);
    var svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n"
            .formatted(WIDTH, HEIGHT));
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    for (int tick = 0; tick <= TICKS; tick++) {
      double x = x((double) tick / TICKS);
      double y = y((double) tick / TICKS);
      svg.append(line(x, TOP, x, HEIGHT - BOTTOM, "#dddddd"));
      svg.append(line(LEFT, y, WIDTH - RIGHT, y, "#dddddd"));
      svg.append(text(x, HEIGHT - BOTTOM + 18, "middle", tenths(longest * tick / TICKS)));
      svg.append(text(LEFT - 8, y + 4, "end", Integer.toString(most * tick / TICKS)));
    }
    svg.append(
        text(
            (LEFT + WIDTH - RIGHT) / 2.0,
            HEIGHT - 12,
            "middle",
            "seconds since the first pod was asked for"));
    svg.append(text(LEFT + 6, TOP + 12, "start", "pods bound"));
    for (int i = 0; i < results.size(); i++) {
      SchedulingResult result = results.get(i);
      String colour = COLOURS.get(i % COLOURS.size());
      svg.append(
          "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>%n"
              .formatted(colour, points(result, longest, most)));
      double y = HEIGHT - BOTTOM - 10.0 - LINE_OF_LEGEND * (results.size() - 1 - i);
      svg.append(line(WIDTH - 400, y - 4, WIDTH - 380, y - 4, colour));
      svg.append(
          text(
              WIDTH - 374,
              y,
              "start",
              "%s: %d nodes, %d claim(s) a pod, %s pods/s"
                  .formatted(
                      result.driver(),
                      result.nodes(),
                      result.claimsPerPod(),
                      tenths(result.podsPerSecond()))));
    }
    return svg.append("</svg>\n").toString();
  }

  private static String points(SchedulingResult result, double longest, int most) {
    List<Double> times = result.boundAtSeconds();
    int step = Math.max(1, times.size() / MOST_POINTS);
    var points = new StringBuilder("%s,%s".formatted(tenths(x(0)), tenths(y(0))));
    for (int i = 0; i < times.size(); i++) {
      if (i % step == 0 || i == times.size() - 1) {
        points.append(
            " %s,%s".formatted(tenths(x(times.get(i) / longest)), tenths(y((i + 1.0) / most))));
      }
    }
    return points.toString();
  }

  private static double x(double part) {
    return LEFT + part * (WIDTH - LEFT - RIGHT);
  }

  private static double y(double part) {
    return HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP);
  }

  private static String line(double x1, double y1, double x2, double y2, String colour) {
    return "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\"/>%n"
        .formatted(tenths(x1), tenths(y1), tenths(x2), tenths(y2), colour);
  }

  private static String text(double x, double y, String anchor, String content) {
    return "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>%n"
        .formatted(tenths(x), tenths(y), anchor, content);
  }

  private static String tenths(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
