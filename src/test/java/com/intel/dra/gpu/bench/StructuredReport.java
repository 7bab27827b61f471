package com.intel.dra.gpu.bench;

import static com.intel.dra.gpu.bench.results.StructuredResult.API_SERVER;
import static com.intel.dra.gpu.bench.results.StructuredResult.SCHEDULER;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.intel.dra.gpu.bench.results.Quantiles;
import com.intel.dra.gpu.bench.results.StructuredResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Prints results of {@link StructuredBench} as a table in Markdown, beside the Go driver's row. */
final class StructuredReport {

  private StructuredReport() {}

  /** Arguments: {@code RESULT.json...}; each file is a list of results. */
  public static void main(String[] args) throws IOException {
    var json = JsonMapper.builder().build();
    var results = new ArrayList<StructuredResult>();
    for (String file : args) {
      results.addAll(List.of(json.readValue(Path.of(file).toFile(), StructuredResult[].class)));
    }
    System.out.print(table(results));
  }

  /** Returns one line about one result. */
  static String line(StructuredResult result) {
    return "%s: %d pods on %d nodes: %.1f pods/s; bound after (s) %s; CPU ms per pod: scheduler %.1f, API server %.1f"
        .formatted(
            result.row(),
            result.pods(),
            result.nodes(),
            result.podsPerSecond(),
            new Quantiles(result.boundAfterSeconds()).told(),
            result.cpuMillisecondsPerPod(SCHEDULER),
            result.cpuMillisecondsPerPod(API_SERVER));
  }

  /**
   * The medians of each row, and their ratios to those of the Go driver's row with as many nodes
   * and pods, if there is one.
   */
  static String table(List<StructuredResult> results) {
    var table =
        new StringBuilder(
            """
            | row | nodes | pods | slices, devices a node | pods/s (median; all) | of Go | p50 s | p99 s | scheduler CPU ms a pod (median; all) | times Go | API server CPU ms a pod |
            |---|---|---|---|---|---|---|---|---|---|---|
            """);
    Map<String, List<StructuredResult>> grouped = grouped(results);
    grouped
        .values()
        .forEach(
            runs -> {
              StructuredResult first = runs.getFirst();
              Optional<List<StructuredResult>> go =
                  Optional.ofNullable(grouped.get(key(StructuredRow.GO, first)));
              double rate = median(runs.stream().map(StructuredResult::podsPerSecond).toList());
              double cpu = median(schedulerCpu(runs));
              var waits = new Quantiles(waits(runs));
              table.append(
                  "| `%s` | %d | %d | %d, %d | **%.1f** (%s) | %s | %.1f | %.1f | **%.1f** (%s) | %s | %.1f |%n"
                      .formatted(
                          first.row(),
                          first.nodes(),
                          first.pods(),
                          first.slicesPerNode(),
                          first.devicesPerNode(),
                          rate,
                          all(runs.stream().map(StructuredResult::podsPerSecond).toList()),
                          ratio(
                              rate,
                              go.map(
                                  of ->
                                      median(
                                          of.stream()
                                              .map(StructuredResult::podsPerSecond)
                                              .toList()))),
                          waits.at(0.5),
                          waits.at(0.99),
                          cpu,
                          all(schedulerCpu(runs)),
                          ratio(cpu, go.map(of -> median(schedulerCpu(of)))),
                          median(
                              runs.stream()
                                  .map(run -> run.cpuMillisecondsPerPod(API_SERVER))
                                  .toList())));
            });
    return table.toString();
  }

  private static List<Double> schedulerCpu(List<StructuredResult> runs) {
    return runs.stream().map(run -> run.cpuMillisecondsPerPod(SCHEDULER)).toList();
  }

  private static List<Double> waits(List<StructuredResult> runs) {
    return runs.stream().flatMap(run -> run.boundAfterSeconds().stream()).toList();
  }

  private static String ratio(double value, Optional<Double> go) {
    return go.map(of -> "%.2f".formatted(value / of)).orElse("");
  }

  private static String all(List<Double> values) {
    return String.join(", ", values.stream().map("%.1f"::formatted).toList());
  }

  private static double median(List<Double> values) {
    return new Quantiles(values).at(0.5);
  }

  private static Map<String, List<StructuredResult>> grouped(List<StructuredResult> results) {
    var groups = new LinkedHashMap<String, List<StructuredResult>>();
    results.stream()
        .sorted(Comparator.comparingInt(StructuredResult::nodes))
        .forEach(
            result ->
                groups
                    .computeIfAbsent(key(result.row(), result), key -> new ArrayList<>())
                    .add(result));
    return groups;
  }

  private static String key(String row, StructuredResult like) {
    return "%s %d %d".formatted(row, like.nodes(), like.pods());
  }
}
