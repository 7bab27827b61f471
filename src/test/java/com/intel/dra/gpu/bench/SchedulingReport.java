package com.intel.dra.gpu.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.intel.dra.gpu.bench.results.Quantiles;
import com.intel.dra.gpu.bench.results.SchedulingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Prints runs of {@link SchedulingBench} as a table in Markdown, with the ratio of each pair of
 * runs, and draws the medians as a picture.
 */
final class SchedulingReport {

  private SchedulingReport() {}

  /** Arguments: {@code OUT.svg RESULT.json...}; the table goes to the standard output. */
  public static void main(String[] args) throws IOException {
    var json = JsonMapper.builder().build();
    var results = new ArrayList<SchedulingResult>();
    for (String file : List.of(args).subList(1, args.length)) {
      results.add(json.readValue(Path.of(file).toFile(), SchedulingResult.class));
    }
    System.out.print(table(results));
    Files.writeString(Path.of(args[0]), BoundPodsPlot.svg(medians(results)));
  }

  /** Returns one line about one run. */
  static String line(SchedulingResult result) {
    var after = new Quantiles(result.boundAfterSeconds());
    return "%s: %d pods with %d claim(s) on %d nodes x %d GPUs: %.1f pods/s; bound after (s) %s; CPU %.1f ms per pod (others: %s; %.2f cores in all); RSS %.0f MiB; requests %s"
        .formatted(
            result.driver(),
            result.pods(),
            result.claimsPerPod(),
            result.nodes(),
            result.gpusPerNode(),
            result.podsPerSecond(),
            after.told(),
            result.cpuMillisecondsPerPod(),
            otherCpu(result),
            result.coresUsed(),
            result.driverResidentMiB(),
            result.traffic().sorted());
  }

  private static String table(List<SchedulingResult> results) {
    var table =
        new StringBuilder(
            """
            | driver | nodes | pods | claims per pod | runs | pods/s (median; all) | p50 s | p99 s | CPU ms per pod | of others | cores in all | RSS MiB | requests per pod |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|
            """);
    grouped(results)
        .values()
        .forEach(
            runs -> {
              SchedulingResult median = median(runs);
              var after = new Quantiles(median.boundAfterSeconds());
              table.append(
                  "| %s | %d | %d | %d | %d | **%.1f** (%s) | %.1f | %.1f | %.1f | %s | %.2f | %.0f | %s |%n"
                      .formatted(
                          median.driver(),
                          median.nodes(),
                          median.pods(),
                          median.claimsPerPod(),
                          runs.size(),
                          median.podsPerSecond(),
                          String.join(
                              ", ",
                              runs.stream()
                                  .map(run -> "%.1f".formatted(run.podsPerSecond()))
                                  .toList()),
                          after.at(0.5),
                          after.at(0.99),
                          median.cpuMillisecondsPerPod(),
                          otherCpu(median),
                          median.coresUsed(),
                          median.driverResidentMiB(),
                          requestsPerPod(median)));
            });
    return table.toString();
  }

  private static String otherCpu(SchedulingResult result) {
    return result.otherCpuMillisecondsPerPod().entrySet().stream()
        .map(process -> "%s %.1f".formatted(process.getKey(), process.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String requestsPerPod(SchedulingResult result) {
    var parts = new ArrayList<String>();
    result
        .traffic()
        .sorted()
        .forEach(
            (request, count) -> {
              double perPod = (double) count / result.pods();
              if (perPod >= 0.01) {
                parts.add("%.2f %s".formatted(perPod, request));
              }
            });
    return String.join(", ", parts);
  }

  /** Returns the median run of each kind of run, by pods per second. */
  private static List<SchedulingResult> medians(List<SchedulingResult> results) {
    return grouped(results).values().stream().map(SchedulingReport::median).toList();
  }

  private static SchedulingResult median(List<SchedulingResult> runs) {
    return runs.stream()
        .sorted(Comparator.comparingDouble(SchedulingResult::podsPerSecond))
        .toList()
        .get(runs.size() / 2);
  }

  private static Map<String, List<SchedulingResult>> grouped(List<SchedulingResult> results) {
    var groups = new LinkedHashMap<String, List<SchedulingResult>>();
    for (SchedulingResult result : results) {
      groups
          .computeIfAbsent(
              "%s %d %d %d"
                  .formatted(result.driver(), result.nodes(), result.pods(), result.claimsPerPod()),
              key -> new ArrayList<>())
          .add(result);
    }
    return groups;
  }
}
