package com.intel.dra.gpu.bench.targets;

import static com.intel.dra.gpu.bench.results.StructuredResult.API_SERVER;
import static com.intel.dra.gpu.bench.results.StructuredResult.SCHEDULER;

import com.intel.dra.gpu.bench.results.PrepareResult;
import com.intel.dra.gpu.bench.results.PublishResult;
import com.intel.dra.gpu.bench.results.Published;
import com.intel.dra.gpu.bench.results.Quantiles;
import com.intel.dra.gpu.bench.results.SchedulingResult;
import com.intel.dra.gpu.bench.results.StartResult;
import com.intel.dra.gpu.bench.results.StructuredResult;
import com.intel.dra.gpu.bench.results.Traffic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The figures that a step's results have, by name. Where there are several runs, the medians. */
final class Figures {

  static final String OURS = "intel-gpu";
  static final String REFERENCE = "reference";
  static final String GO = "go";

  private static final double BYTES_PER_KB = 1000;

  private final SortedMap<String, Double> values = new TreeMap<>();

  private Figures() {}

  static SortedMap<String, Double> of(StepResults results) {
    var figures = new Figures();
    figures.scheduling(results.scheduling());
    figures.structured(results.structured());
    results.prepare().forEach(figures::prepare);
    results.publish().forEach(figures::publish);
    results.start().forEach(figures::start);
    results
        .kubelet()
        .forEach(
            operation ->
                figures.values.put(operation.name() + ": ms", operation.averageMilliseconds()));
    results
        .decisions()
        .forEach(
            decision ->
                figures.values.put(
                    "%s, %d nodes: µs".formatted(decision.benchmark(), decision.nodes()),
                    decision.microseconds()));
    return figures.values;
  }

  private void scheduling(List<SchedulingResult> results) {
    Map<String, List<SchedulingResult>> byDriver = grouped(results, SchedulingResult::driver);
    byDriver.forEach(
        (driver, runs) -> {
          median(driver + ": pods/s", runs, SchedulingResult::podsPerSecond);
          median(driver + ": ms a pod", runs, run -> 1000 / run.podsPerSecond());
          median(driver + ": p99 s", runs, run -> p99(run.boundAfterSeconds()));
          median(driver + ": CPU ms a pod", runs, SchedulingResult::cpuMillisecondsPerPod);
          median(driver + ": RSS MiB", runs, SchedulingResult::driverResidentMiB);
          List<SchedulingResult> later = runs.stream().filter(run -> run.wave() > 1).toList();
          if (!later.isEmpty()) {
            median(
                driver + ": CPU ms a pod after the first wave",
                later,
                SchedulingResult::cpuMillisecondsPerPod);
          }
          runs.stream()
              .map(SchedulingResult::cpuSeconds)
              .flatMap(cpu -> cpu.keySet().stream())
              .distinct()
              .forEach(
                  process ->
                      median(
                          "%s: %s CPU ms a pod".formatted(driver, process),
                          runs,
                          run -> 1000 * run.cpuSeconds().getOrDefault(process, 0.0) / run.pods()));
          traffic(
              driver,
              "pod",
              runs.stream().map(SchedulingResult::traffic).toList(),
              runs.getFirst().pods());
        });
    ratio(OURS, ": pods/s", REFERENCE);
    ratio(OURS, ": p99 s", REFERENCE);
  }

  private void structured(List<StructuredResult> results) {
    Map<String, List<StructuredResult>> byRow = grouped(results, StructuredResult::row);
    byRow.forEach(
        (row, runs) -> {
          median(row + ": pods/s", runs, StructuredResult::podsPerSecond);
          median(row + ": ms a pod", runs, run -> 1000 / run.podsPerSecond());
          median(row + ": p99 s", runs, run -> p99(run.boundAfterSeconds()));
          median(
              row + ": scheduler CPU ms a pod", runs, run -> run.cpuMillisecondsPerPod(SCHEDULER));
          median(
              row + ": API server CPU ms a pod",
              runs,
              run -> run.cpuMillisecondsPerPod(API_SERVER));
        });
    for (String row : byRow.keySet()) {
      ratio(row, ": pods/s", GO);
      ratio(row, ": scheduler CPU ms a pod", GO);
    }
  }

  private void prepare(PrepareResult result) {
    Quantiles prepare = result.prepare().quantiles();
    values.put("prepare: p50 ms", prepare.at(0.5));
    values.put("prepare: p99 ms", prepare.at(0.99));
    Quantiles unprepare = result.unprepare().quantiles();
    values.put("unprepare: p50 ms", unprepare.at(0.5));
    values.put("unprepare: p99 ms", unprepare.at(0.99));
    values.put("100 claims: p50 ms", result.batchPrepare().quantiles().at(0.5));
    values.put("100 claims back: p50 ms", result.batchUnprepare().quantiles().at(0.5));
    values.put("serves after s", result.servesAfterSeconds());
    values.put("RSS MiB after the pairs", result.afterPairs().residentMiB());
    values.put("RssAnon MiB after the pairs", result.afterPairs().anonymousMiB());
    values.put("RSS MiB at the end", result.atEnd().residentMiB());
    values.put("idle % of a core", result.idlePercent());
    traffic("agent", "claim", List.of(result.traffic()), result.pairs());
  }

  private void publish(PublishResult result) {
    long listsWithoutPages = 0;
    for (Published published : result.published()) {
      String event = published.event().told();
      var traffic = new Traffic(published.requests(), 0, 0);
      values.put(event + ": s", published.seconds());
      values.put(event + ": requests", (double) traffic.all());
      values.put(
          event + ": slices written",
          (double)
              published.requests().entrySet().stream()
                  .filter(request -> request.getKey().matches("(create|update|patch|delete) .*"))
                  .filter(request -> request.getKey().endsWith(" resourceslices"))
                  .mapToLong(Map.Entry::getValue)
                  .sum());
      listsWithoutPages += traffic.listsWithoutPages();
    }
    values.put("lists without pages", (double) listsWithoutPages);
  }

  private void start(StartResult result) {
    values.put("first allocation after s", result.seconds());
    values.put("CPU s until then", result.cpuSeconds());
    values.put("RSS MiB", result.laterResidentMiB());
    values.put(
        "lists without pages", (double) new Traffic(result.requests(), 0, 0).listsWithoutPages());
  }

  private void traffic(String of, String each, List<Traffic> runs, int count) {
    median("%s: requests a %s".formatted(of, each), runs, run -> (double) run.all() / count);
    median("%s: writes a %s".formatted(of, each), runs, run -> (double) run.writes() / count);
    median("%s: kB sent a %s".formatted(of, each), runs, run -> kb(run.sentBytes()) / count);
    median(
        "%s: kB received a %s".formatted(of, each), runs, run -> kb(run.receivedBytes()) / count);
    values.put(
        of + ": lists without pages",
        (double) runs.stream().mapToLong(Traffic::listsWithoutPages).sum());
  }

  private static double kb(long bytes) {
    return bytes / BYTES_PER_KB;
  }

  private <T> void median(String name, List<T> runs, ToDoubleFunction<T> value) {
    values.put(name, new Quantiles(runs.stream().map(value::applyAsDouble).toList()).at(0.5));
  }

  private static double p99(List<Double> seconds) {
    return new Quantiles(seconds).at(0.99);
  }

  /** Adds the ratio to the same figure of another one that took turns with it. */
  private void ratio(String of, String figure, String to) {
    Double mine = values.get(of + figure);
    Double others = values.get(to + figure);
    if (mine != null && others != null && others > 0) {
      values.put("%s%s, to %s".formatted(of, figure, to), mine / others);
    }
  }

  private static <T> Map<String, List<T>> grouped(List<T> results, Function<T, String> by) {
    var groups = new LinkedHashMap<String, List<T>>();
    results.forEach(
        result -> groups.computeIfAbsent(by.apply(result), _ -> new ArrayList<>()).add(result));
    return groups;
  }
}
