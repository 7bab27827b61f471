package com.intel.dra.gpu.bench.targets;

import static java.util.stream.Collectors.joining;

import com.intel.dra.gpu.bench.results.PrepareResult;
import com.intel.dra.gpu.bench.results.PublishResult;
import com.intel.dra.gpu.bench.results.Published;
import com.intel.dra.gpu.bench.results.SchedulingResult;
import com.intel.dra.gpu.bench.results.StructuredResult;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The page of a run, in Markdown. */
final class ResultsPage {

  private static final int LONGEST_LINE = 110;
  private static final double SECONDS_PER_MINUTE = 60;

  private final StringBuilder page = new StringBuilder();
  private final Run run;

  private ResultsPage(Run run) {
    this.run = run;
  }

  static String of(Run run) {
    var page = new ResultsPage(run);
    page.head();
    page.targets();
    page.classic();
    page.structured();
    page.prepare();
    page.publish();
    page.others();
    page.growth();
    page.traffic();
    page.steps();
    return page.page.toString().stripTrailing() + "\n";
  }

  private void head() {
    Machine machine = run.machine();
    line(
        "# Measured on "
            + LocalDate.parse(machine.date())
                .format(DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH)));
    line("");
    line(
        "For those who compare a change: what `bench/all` measured on this day; it wrote this"
            + " page.");
    line("");
    if (machine.quick()) {
      line("**The steps were made small (`--quick`), to try the benchmarks. Compare nothing.**");
      line("");
    }
    line(
        "- Machine: %d cores (%s), %d GiB, Linux %s."
            .formatted(
                machine.cores(), machine.processor(), machine.memoryGiB(), machine.kernel()));
    line(
        "- %s; Kubernetes %s, built with %s."
            .formatted(machine.java(), machine.kubernetes(), machine.go()));
    line("- Commit %s.".formatted(machine.commit()));
    List<Step> disturbed = run.steps().stream().filter(Step::disturbed).toList();
    if (disturbed.isEmpty()) {
      line("- The machine did nothing else beside.");
    } else {
      line("- **The machine did other things beside** during some steps;");
      line(
          "  [the table of steps](#steps) says how much. Their times hardly compare with those of"
              + " other pages.");
    }
    List<Step> failed = run.steps().stream().filter(Step::failed).toList();
    if (!failed.isEmpty()) {
      wrapped(
          "- **Failed, and so not measured:** "
              + failed.stream().map(Step::name).collect(joining(", "))
              + ".");
    }
    line("");
  }

  private void targets() {
    line("## Targets");
    line("");
    Map<String, Long> count = run.count();
    line(
        "%d are met, %d are not met, and %d were not measured."
            .formatted(
                count.getOrDefault("met", 0L),
                count.getOrDefault("not met", 0L),
                count.getOrDefault("not measured", 0L)));
    line("A ratio is one of medians, of measurements that took turns in one step.");
    line("");
    var rows = new ArrayList<List<String>>();
    for (Target target : Targets.ALL) {
      Target.Verdict verdict = target.judge(run.figure(target.step(), target.figure()));
      rows.add(
          List.of(
              target.topic() + ": " + target.name(),
              target.boundText(),
              verdict.measuredText(),
              verdict instanceof Target.Verdict.NotMet ? "**not met**" : verdict.told(),
              "`" + target.step() + "`"));
    }
    table(List.of("target", "bound", "measured", "", "step"), rows);
  }

  private void classic() {
    var rows = new ArrayList<List<String>>();
    for (Step step : run.steps()) {
      List<SchedulingResult> results = run.resultsOf(step.name()).scheduling();
      for (String driver : distinct(results.stream().map(SchedulingResult::driver).toList())) {
        List<SchedulingResult> runs =
            results.stream().filter(result -> result.driver().equals(driver)).toList();
        SchedulingResult first = runs.getFirst();
        rows.add(
            List.of(
                "`" + step.name() + "`",
                driver,
                "%d, %d".formatted(first.nodes(), first.pods()),
                figure(step, driver + ": pods/s")
                    + all(runs.stream().map(SchedulingResult::podsPerSecond).toList()),
                figure(step, driver + ": p99 s"),
                figure(step, driver + ": CPU ms a pod"),
                figure(step, driver + ": kube-apiserver CPU ms a pod"),
                figure(step, driver + ": kube-scheduler CPU ms a pod"),
                figure(step, driver + ": RSS MiB")));
      }
    }
    section(
        "Pods with claims, classic",
        "`reference` is Kubernetes' own test driver, which decides nothing; `none` are pods without"
            + " claims.",
        List.of(
            "step",
            "driver",
            "nodes, pods",
            "pods/s (median; all)",
            "p99 s",
            "CPU ms a pod",
            "API server's",
            "scheduler's",
            "RSS MiB"),
        rows);
  }

  private void structured() {
    var rows = new ArrayList<List<String>>();
    for (Step step : run.steps()) {
      List<StructuredResult> results = run.resultsOf(step.name()).structured();
      for (String row : distinct(results.stream().map(StructuredResult::row).toList())) {
        List<StructuredResult> runs =
            results.stream().filter(result -> result.row().equals(row)).toList();
        StructuredResult first = runs.getFirst();
        rows.add(
            List.of(
                "`" + row + "`",
                "%d, %d".formatted(first.nodes(), first.pods()),
                figure(step, row + ": pods/s")
                    + all(runs.stream().map(StructuredResult::podsPerSecond).toList()),
                figure(step, row + ": pods/s, to go"),
                figure(step, row + ": p99 s"),
                figure(step, row + ": scheduler CPU ms a pod")
                    + all(
                        runs.stream()
                            .map(result -> result.cpuMillisecondsPerPod(StructuredResult.SCHEDULER))
                            .toList()),
                figure(step, row + ": scheduler CPU ms a pod, to go"),
                figure(step, row + ": API server CPU ms a pod")));
      }
    }
    section(
        "Pods with claims, structured",
        "`go` are slices as the Go driver publishes them; `bench/structured --help` says what a row"
            + " is.",
        List.of(
            "row",
            "nodes, pods",
            "pods/s (median; all)",
            "of Go",
            "p99 s",
            "scheduler CPU ms a pod (median; all)",
            "times Go",
            "API server CPU ms a pod"),
        rows);
  }

  private void prepare() {
    var rows = new ArrayList<List<String>>();
    for (Step step : run.steps()) {
      for (PrepareResult result : run.resultsOf(step.name()).prepare()) {
        rows.add(
            List.of(
                "`%s`, %d GPUs".formatted(step.name(), result.gpus()),
                pair(step, "prepare: p50 ms", "prepare: p99 ms"),
                pair(step, "unprepare: p50 ms", "unprepare: p99 ms"),
                pair(step, "100 claims: p50 ms", "100 claims back: p50 ms"),
                figure(step, "serves after s"),
                pair(step, "RSS MiB after the pairs", "RssAnon MiB after the pairs"),
                figure(step, "RSS MiB at the end"),
                figure(step, "idle % of a core")));
      }
    }
    section(
        "Preparing a claim",
        "Through the agent's socket. Nothing else prepares these claims, so there is no reference.",
        List.of(
            "step",
            "prepare ms: p50, p99",
            "unprepare",
            "100 claims in a call, and back (p50)",
            "serves after s",
            "RSS MiB after the pairs, no file's",
            "at the end",
            "idle % of a core"),
        rows);
  }

  /** Only of the node with most GPUs; the growth says the rest. */
  private void publish() {
    List<PublishResult> results =
        run.steps().stream()
            .flatMap(step -> run.resultsOf(step.name()).publish().stream())
            .sorted(Comparator.comparingInt(PublishResult::gpus).reversed())
            .limit(1)
            .toList();
    var rows = new ArrayList<List<String>>();
    for (PublishResult result : results) {
      for (Published published : result.published()) {
        rows.add(
            List.of(
                published.event().told(),
                Numbers.told(published.seconds()),
                requests(published.requests(), 1)));
      }
    }
    section(
        "Publishing",
        "The agent's requests, and how long each event took, with %s GPUs."
            .formatted(results.stream().map(result -> "" + result.gpus()).collect(joining())),
        List.of("event", "s", "requests"),
        rows);
  }

  /** The steps with few figures. */
  private void others() {
    var rows = new ArrayList<List<String>>();
    for (Step step : run.steps()) {
      StepResults results = run.resultsOf(step.name());
      if (!results.start().isEmpty()
          || !results.kubelet().isEmpty()
          || !results.decisions().isEmpty()) {
        Figures.of(results)
            .forEach(
                (name, value) ->
                    rows.add(List.of("`" + step.name() + "`", name, Numbers.told(value))));
      }
    }
    section(
        "Start, kubelet and decisions",
        "The kubelet's metrics leave out its first pods.",
        List.of("step", "figure", "value"),
        rows);
  }

  private void growth() {
    List<Growth> measured =
        Targets.GROWTH.stream().filter(growth -> !growth.costs(run).isEmpty()).toList();
    if (measured.isEmpty()) {
      return;
    }
    line("## Growth");
    line("");
    line("Costs at each size, and whether they grow with the size at most.");
    line("");
    for (String sizes : distinct(measured.stream().map(Growth::sizes).toList())) {
      growth(sizes, measured.stream().filter(growth -> growth.sizes().equals(sizes)).toList());
    }
  }

  private void growth(String sizes, List<Growth> growths) {
    List<Integer> columns =
        growths.stream()
            .flatMap(growth -> growth.steps().keySet().stream())
            .distinct()
            .sorted()
            .toList();
    var header = new ArrayList<String>(List.of("cost, by " + sizes));
    columns.forEach(size -> header.add(size.toString()));
    header.add("");
    var rows = new ArrayList<List<String>>();
    for (Growth growth : growths) {
      SortedMap<Integer, Double> costs = growth.costs(run);
      var row = new ArrayList<String>(List.of(growth.name()));
      columns.forEach(
          size -> {
            Double cost = costs.get(size);
            row.add(cost == null ? "" : Numbers.told(cost));
          });
      row.add(Growth.judge(costs));
      rows.add(row);
    }
    table(header, rows);
  }

  /** Of the first step of each kind alone; the growth says what more nodes bring. */
  private void traffic() {
    var rows = new LinkedHashMap<String, List<String>>();
    for (Step step : run.steps()) {
      StepResults results = run.resultsOf(step.name());
      for (SchedulingResult of : results.scheduling()) {
        if (!of.traffic().requests().isEmpty()) {
          rows.putIfAbsent(
              of.driver(),
              traffic(step, of.driver(), "pod", requests(of.traffic().requests(), of.pods())));
        }
      }
      for (PrepareResult of : results.prepare()) {
        rows.putIfAbsent(
            of.protocol(),
            traffic(step, "agent", "claim", requests(of.traffic().requests(), of.pairs())));
      }
    }
    section(
        "Requests and bytes",
        "For one pod, or for one claim that is prepared and unprepared. The bytes are those of the"
            + " network, with TLS and watches. In structured mode only the agent asks anything for"
            + " a pod.",
        List.of("step", "of", "kB sent", "kB received", "requests"),
        List.copyOf(rows.values()));
  }

  private List<String> traffic(Step step, String of, String each, String requests) {
    return List.of(
        "`" + step.name() + "`",
        of,
        figure(step, "%s: kB sent a %s".formatted(of, each)),
        figure(step, "%s: kB received a %s".formatted(of, each)),
        requests);
  }

  private void steps() {
    var rows = new ArrayList<List<String>>();
    double seconds = 0;
    for (Step step : run.steps()) {
      seconds += step.seconds();
      rows.add(
          List.of(
              "`" + step.name() + "`",
              "`" + step.command() + "`",
              step.began(),
              Numbers.told(step.seconds() / SECONDS_PER_MINUTE),
              "%.0f %%%s".formatted(step.otherWorkPercent(), step.failed() ? ", failed" : "")));
    }
    section(
        "Steps",
        "In all %.0f minutes. The last column is how much of the machine something else used, before, beside or after."
            .formatted(seconds / SECONDS_PER_MINUTE),
        List.of("step", "command", "began", "minutes", "others"),
        rows);
  }

  private static String requests(Map<String, Long> requests, int count) {
    var parts = new ArrayList<String>();
    new TreeMap<>(requests)
        .forEach(
            (request, number) -> {
              double each = (double) number / count;
              if (each >= 0.01) {
                parts.add(Numbers.told(each) + " " + request);
              }
            });
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }

  private String figure(Step step, String name) {
    var figure = run.figure(step.name(), name);
    return figure.isPresent() ? Numbers.told(figure.getAsDouble()) : "";
  }

  private String pair(Step step, String first, String second) {
    return figure(step, first) + ", " + figure(step, second);
  }

  /** Returns all values in brackets if there are several. */
  private static String all(List<Double> values) {
    return values.size() < 2
        ? ""
        : values.stream().map(Numbers::told).collect(joining(", ", " (", ")"));
  }

  private static List<String> distinct(List<String> values) {
    return List.copyOf(new LinkedHashSet<>(values));
  }

  private void section(
      String title, String explanation, List<String> header, List<List<String>> rows) {
    if (rows.isEmpty()) {
      return;
    }
    line("## " + title);
    line("");
    wrapped(explanation);
    line("");
    table(header, rows);
  }

  private void table(List<String> header, List<List<String>> rows) {
    line("| " + String.join(" | ", header) + " |");
    line("|" + "---|".repeat(header.size()));
    rows.forEach(row -> line("| " + String.join(" | ", row) + " |"));
    line("");
  }

  private void wrapped(String text) {
    var current = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!current.isEmpty() && current.length() + 1 + word.length() > LONGEST_LINE) {
        line(current.toString());
        current.setLength(0);
      }
      current.append(current.isEmpty() ? "" : " ").append(word);
    }
    line(current.toString());
  }

  private void line(String text) {
    page.append(text).append('\n');
  }
}
