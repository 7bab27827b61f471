package com.intel.dra.gpu.metrics;

import static java.util.stream.Collectors.toCollection;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An application's answer to a scrape, in Prometheus' text format. */
public record Exposition(String text) {

  private static final String TOTAL = "_total";
  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (gpu_dra_\\S+) (\\S+)$");
  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^(gpu_dra_\\w+)(?:\\{([^}]*)})? (\\S+)$");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"[^\"]*\"");

  /** Types by name without the driver's prefix; the maxima that histograms have are left out. */
  public Map<String, String> types() {
    Map<String, String> types = new TreeMap<>();
    TYPE.matcher(text)
        .results()
        .forEach(hit -> types.put(whole(hit.group(1), hit.group(2)), hit.group(2)));
    types
        .keySet()
        .removeIf(
            name ->
                name.endsWith("_max")
                    && "histogram".equals(types.get(name.substring(0, name.length() - 4))));
    return types;
  }

  /**
   * OpenMetrics, one of the two formats, declares counters without the suffix that their samples
   * have.
   */
  private static String whole(String name, String type) {
    return type.equals("counter") && !name.endsWith(TOTAL) ? name + TOTAL : name;
  }

  /** All labels of the samples with this name, or of the histogram with this name. */
  public Set<String> labels(String name) {
    return SAMPLE
        .matcher(text)
        .results()
        .filter(sample -> sample.group(1).equals(name) || sample.group(1).equals(name + "_count"))
        .flatMap(sample -> LABEL.matcher(sample.group(2) == null ? "" : sample.group(2)).results())
        .map(label -> label.group(1))
        .collect(toCollection(TreeSet::new));
  }

  /** The value of the only sample with that name and all these labels, such as {@code a="b"}. */
  public double value(String name, String... labels) {
    return SAMPLE
        .matcher(text)
        .results()
        .filter(sample -> sample.group(1).equals(name))
        .filter(
            sample ->
                Arrays.stream(labels)
                    .allMatch(label -> sample.group(2) != null && sample.group(2).contains(label)))
        .map(sample -> Double.parseDouble(sample.group(3)))
        .reduce(
            (one, other) -> {
              throw new AssertionError(name + " has several samples with " + Arrays.asList(labels));
            })
        .orElseThrow(() -> new AssertionError("no " + name + " with " + Arrays.asList(labels)));
  }

  /** The help text of a name. */
  public String help(String name) {
    String base = name.endsWith(TOTAL) ? name.substring(0, name.length() - TOTAL.length()) : name;
    Matcher help =
        Pattern.compile("(?m)^# HELP " + Pattern.quote(base) + "(?:_total)? (.*)$").matcher(text);
    return help.find() ? help.group(1) : "";
  }
}
