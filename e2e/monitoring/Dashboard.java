import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Executes every query of a Grafana dashboard against a Prometheus and draws its panels from what
 * they give, as an SVG. Ends with an error if a query fails or gives nothing.
 *
 * <pre>java -cp JACKSON Dashboard.java dashboard.json http://prometheus:9090 out.svg [--structured]</pre>
 *
 * With --structured nothing is asked of the controller, which is not there.
 */
class Dashboard {

  private static final int COLUMN = 50;
  private static final int LINE = 26;
  private static final int STEP_SECONDS = 2;
  private static final int MOST_SECONDS = 600;
  private static final String[] COLOURS = {
    "#1f77b4", "#e6820e", "#2c9c3f", "#c92a2a", "#8250c4", "#8c6d31", "#d6409f", "#5f6b7a", "#0b8f8f"
  };

  /** One line of a panel: its name, and a value or NaN for each of the times. */
  private record Series(String name, double[] values) {
    double last() {
      for (int i = values.length - 1; i >= 0; i--) {
        if (!Double.isNaN(values[i])) {
          return values[i];
        }
      }
      return Double.NaN;
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final List<String> PROBLEMS = new ArrayList<>();
  private static int asked;
  private static String prometheus;
  private static long begin;
  private static long end;

  public static void main(String[] args) throws Exception {
    JsonNode dashboard = JSON.readTree(Path.of(args[0]).toFile());
    prometheus = args[1];
    boolean structured = List.of(args).contains("--structured");
    end = Instant.now().getEpochSecond();
    begin = Math.max(firstScrape(), end - MOST_SECONDS);

    var svg = new StringBuilder();
    int bottom = 0;
    boolean skip = false;
    int removed = 0;
    for (JsonNode panel : dashboard.path("panels")) {
      JsonNode at = panel.path("gridPos");
      boolean row = panel.path("type").asText().equals("row");
      if (row) {
        skip = structured && panel.path("title").asText().contains("classic");
      }
      if (skip) {
        removed = Math.max(removed, at.path("y").asInt() + at.path("h").asInt());
        continue;
      }
      int top = at.path("y").asInt();
      int y = 40 + LINE * (removed > 0 && top >= removed ? top - (removed - skippedFrom(dashboard)) : top);
      int x = COLUMN * at.path("x").asInt();
      int width = COLUMN * at.path("w").asInt();
      int height = LINE * at.path("h").asInt();
      bottom = Math.max(bottom, y + height);
      if (row) {
        text(svg, x + 8, y + 18, 15, "bold", "#24292f", panel.path("title").asText());
      } else {
        draw(svg, panel, x + 4, y + 3, width - 8, height - 6);
      }
    }
    if (!PROBLEMS.isEmpty()) {
      PROBLEMS.forEach(System.err::println);
      System.exit(1);
    }
    write(Path.of(args[2]), dashboard.path("title").asText(), svg, bottom + 8);
    System.out.printf("%d queries returned data; drawn: %s%n", asked, args[2]);
  }

  private static int skippedFrom(JsonNode dashboard) {
    for (JsonNode panel : dashboard.path("panels")) {
      if (panel.path("type").asText().equals("row") && panel.path("title").asText().contains("classic")) {
        return panel.path("gridPos").path("y").asInt();
      }
    }
    return 0;
  }

  private static void write(Path file, String title, StringBuilder content, int height) throws IOException {
    int width = 24 * COLUMN;
    var all = new StringBuilder();
    all.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\">\n"
            .formatted(width, height, width, height));
    all.append("<rect width=\"100%\" height=\"100%\" fill=\"#f4f5f7\"/>\n");
    text(all, 8, 26, 19, "bold", "#24292f", title);
    text(all, width - 330, 26, 12, "normal", "#57606a", "%d s of a real run, a scrape every %d s".formatted(end - begin, STEP_SECONDS));
    all.append(content).append("</svg>\n");
    if (file.toAbsolutePath().getParent() != null) {
      Files.createDirectories(file.toAbsolutePath().getParent());
    }
    Files.writeString(file, all);
  }

  private static void draw(StringBuilder svg, JsonNode panel, int x, int y, int width, int height)
      throws Exception {
    svg.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"#ffffff\" stroke=\"#d0d7de\"/>\n"
            .formatted(x, y, width, height));
    text(svg, x + 8, y + 17, 12, "bold", "#24292f", panel.path("title").asText());
    var all = new ArrayList<Series>();
    for (JsonNode target : panel.path("targets")) {
      all.addAll(ask(panel.path("title").asText(), target));
    }
    String unit = panel.path("fieldConfig").path("defaults").path("unit").asText();
    switch (panel.path("type").asText()) {
      case "stat" -> stat(svg, all, unit, x, y, width, height);
      case "bargauge" -> bars(svg, all, unit, x, y, width);
      default -> lines(svg, all, unit, x, y, width, height);
    }
  }

  private static void stat(
      StringBuilder svg, List<Series> all, String unit, int x, int y, int width, int height) {
    if (!all.isEmpty()) {
      text(svg, x + width / 2 - 14, y + height / 2 + 20, 34, "bold", "#1a7f37", format(all.getFirst().last(), unit));
    }
  }

  private static void bars(StringBuilder svg, List<Series> all, String unit, int x, int y, int width) {
    int top = y + 34;
    for (Series series : all) {
      double share = Math.min(1, Math.max(0, Double.isNaN(series.last()) ? 0 : series.last()));
      text(svg, x + 8, top + 13, 11, "normal", "#24292f", series.name());
      int from = x + 70;
      int room = width - 140;
      svg.append("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"16\" fill=\"#eaeef2\"/>\n".formatted(from, top, room));
      svg.append("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"16\" fill=\"#1f77b4\"/>\n".formatted(from, top, (int) (room * share)));
      text(svg, from + room + 8, top + 13, 11, "normal", "#24292f", format(series.last(), unit));
      top += 26;
    }
  }

  private static void lines(
      StringBuilder svg, List<Series> all, String unit, int x, int y, int width, int height) {
    double most =
        all.stream()
            .flatMapToDouble(series -> java.util.Arrays.stream(series.values()))
            .filter(value -> !Double.isNaN(value) && !Double.isInfinite(value))
            .max()
            .orElse(0);
    most = most <= 0 ? 1 : most * 1.1;
    int legend = 15 * ((Math.min(all.size(), 9) + 1) / 2);
    int left = x + 58;
    int right = x + width - 10;
    int top = y + 28;
    int foot = y + height - legend - 12;
    for (int i = 0; i <= 2; i++) {
      int at = foot - (foot - top) * i / 2;
      svg.append("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#eaeef2\"/>\n".formatted(left, at, right, at));
      text(svg, x + 8, at + 4, 10, "normal", "#57606a", format(most * i / 2, unit));
    }
    for (int i = 0; i < all.size(); i++) {
      Series series = all.get(i);
      String colour = COLOURS[i % COLOURS.length];
      var path = new StringBuilder();
      boolean down = false;
      for (int at = 0; at < series.values().length; at++) {
        double value = series.values()[at];
        if (Double.isNaN(value) || Double.isInfinite(value)) {
          down = false;
          continue;
        }
        path.append(
            String.format(
                Locale.ROOT,
                "%s%.1f %.1f",
                down ? "L" : "M",
                left + (double) (right - left) * at / Math.max(1, series.values().length - 1),
                foot - (foot - top) * value / most));
        down = true;
      }
      if (!path.isEmpty()) {
        svg.append("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>\n".formatted(path, colour));
      }
      if (i < 9) {
        int cell = (width - 16) / 2;
        int lx = x + 8 + (i % 2) * cell;
        int ly = y + height - legend + 15 * (i / 2) + 4;
        svg.append("<rect x=\"%d\" y=\"%d\" width=\"9\" height=\"3\" fill=\"%s\"/>\n".formatted(lx, ly - 4, colour));
        String name = i == 8 && all.size() > 9 ? "and %d more".formatted(all.size() - 8) : series.name();
        int fits = Math.max(8, (cell - 16) / 6);
        text(svg, lx + 13, ly, 10, "normal", "#57606a", name.length() > fits ? name.substring(0, fits - 1) + "…" : name);
      }
    }
  }

  private static List<Series> ask(String panel, JsonNode target) throws Exception {
    String query =
        target.path("expr").asText().replace("$__rate_interval", "20s").replace("$node", ".*");
    JsonNode answer =
        get(
            "/api/v1/query_range?query=%s&start=%d&end=%d&step=%d"
                .formatted(URLEncoder.encode(query, StandardCharsets.UTF_8), begin, end, STEP_SECONDS));
    var all = new ArrayList<Series>();
    for (JsonNode result : answer.path("data").path("result")) {
      double[] values = new double[(int) ((end - begin) / STEP_SECONDS) + 1];
      java.util.Arrays.fill(values, Double.NaN);
      for (JsonNode value : result.path("values")) {
        int at = (int) ((value.get(0).asLong() - begin) / STEP_SECONDS);
        values[at] = number(value.get(1).asText());
      }
      all.add(new Series(name(target.path("legendFormat").asText(), result.path("metric")), values));
    }
    asked++;
    if (all.isEmpty()) {
      PROBLEMS.add("panel \"%s\": nothing for %s %s".formatted(panel, query, answer.path("error").asText()));
    }
    return all;
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  private static String name(String format, JsonNode labels) {
    String name = format;
    for (var label : labels.properties()) {
      name = name.replace("{{" + label.getKey() + "}}", label.getValue().asText());
    }
    return name;
  }

  private static long firstScrape() throws Exception {
    JsonNode range =
        get(
            "/api/v1/query_range?query=%s&start=%d&end=%d&step=%d"
                .formatted(URLEncoder.encode("sum(gpu_dra_build_info)", StandardCharsets.UTF_8), end - MOST_SECONDS, end, STEP_SECONDS));
    JsonNode first = range.path("data").path("result").path(0).path("values").path(0).path(0);
    if (first.isMissingNode()) {
      throw new IllegalStateException("this Prometheus has no metrics of the driver");
    }
    return first.asLong();
  }

  private static JsonNode get(String path) throws Exception {
    HttpResponse<String> response =
        HTTP.send(HttpRequest.newBuilder(URI.create(prometheus + path)).build(), HttpResponse.BodyHandlers.ofString());
    return JSON.readTree(response.body());
  }

  private static String format(double value, String unit) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return switch (unit) {
      case "bytes" -> String.format(Locale.ROOT, "%.1f GiB", value / (1L << 30));
      case "percentunit" -> String.format(Locale.ROOT, "%.0f %%", value * 100);
      case "s" -> value < 1 ? String.format(Locale.ROOT, "%.0f ms", value * 1000) : String.format(Locale.ROOT, "%.1f s", value);
      case "ops" -> String.format(Locale.ROOT, "%.2f/s", value);
      default -> value == Math.rint(value) ? String.valueOf((long) value) : String.format(Locale.ROOT, "%.1f", value);
    };
  }

  private static void text(
      StringBuilder svg, int x, int y, int size, String weight, String colour, String text) {
    svg.append(
        "<text x=\"%d\" y=\"%d\" font-size=\"%d\" font-weight=\"%s\" fill=\"%s\">%s</text>\n"
            .formatted(
                x, y, size, weight, colour,
                text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")));
  }
}
