package com.intel.dra.gpu.bench.targets;

import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.bench.results.PrepareResult;
import com.intel.dra.gpu.bench.results.PublishResult;
import com.intel.dra.gpu.bench.results.ResultFile;
import com.intel.dra.gpu.bench.results.SchedulingResult;
import com.intel.dra.gpu.bench.results.StartResult;
import com.intel.dra.gpu.bench.results.StructuredResult;
import com.intel.dra.gpu.bench.targets.StepResults.Decision;
import com.intel.dra.gpu.bench.targets.StepResults.KubeletOperation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * Reads the folder of a run, as {@code bench/all} makes it: {@code machine.json}, and a folder for
 * each step with {@code step.json} and what the step's benchmark left.
 */
final class RunFolder {

  private static final String MACHINE = "machine.json";
  private static final String STEP = "step.json";

  private RunFolder() {}

  static Run read(Path folder) throws IOException {
    var steps = new ArrayList<Step>();
    var results = new HashMap<String, StepResults>();
    for (Path step : files(folder)) {
      if (Files.exists(step.resolve(STEP))) {
        Step read = ResultFile.read(step.resolve(STEP), Step.class);
        steps.add(read);
        if (!read.failed()) {
          results.put(read.name(), results(step));
        }
      }
    }
    steps.sort(Comparator.comparing(Step::began));
    return new Run(ResultFile.read(folder.resolve(MACHINE), Machine.class), steps, results);
  }

  private static StepResults results(Path folder) throws IOException {
    List<StructuredResult> structured = new ArrayList<>();
    for (StructuredResult[] runs : all(folder, "structured-", StructuredResult[].class)) {
      structured.addAll(List.of(runs));
    }
    return new StepResults(
        all(folder, "scheduling-", SchedulingResult.class),
        structured,
        all(folder, "prepare-", PrepareResult.class),
        all(folder, "publish-", PublishResult.class),
        all(folder, "start-", StartResult.class),
        kubelet(folder),
        decisions(folder));
  }

  private static <T> List<T> all(Path folder, String prefix, Class<T> type) throws IOException {
    var all = new ArrayList<T>();
    for (Path file : files(folder)) {
      String name = file.getFileName().toString();
      if (name.startsWith(prefix) && name.endsWith(".json")) {
        all.add(ResultFile.read(file, type));
      }
    }
    return all;
  }

  private static List<KubeletOperation> kubelet(Path folder) throws IOException {
    Path later = folder.resolve("kubelet.metrics");
    return Files.exists(later)
        ? KubeletMetrics.between(
            Files.readAllLines(folder.resolve("kubelet-warm.metrics")), Files.readAllLines(later))
        : List.of();
  }

  private static List<Decision> decisions(Path folder) throws IOException {
    Path file = folder.resolve("allocator.json");
    return Files.exists(file)
        ? StreamSupport.stream(ResultFile.read(file, JsonNode.class).spliterator(), false)
            .map(RunFolder::decision)
            .toList()
        : List.of();
  }

  private static Decision decision(JsonNode measured) {
    JsonNode metric = measured.required("primaryMetric");
    String unit = metric.required("scoreUnit").asText();
    if (!unit.equals("us/op")) {
      throw new IllegalArgumentException("a decision is measured in us/op, not " + unit);
    }
    String name = measured.required("benchmark").asText();
    return new Decision(
        name.substring(name.lastIndexOf('.') + 1),
        measured.required("params").required("nodes").asInt(),
        metric.required("score").asDouble());
  }

  private static List<Path> files(Path folder) {
    try (var files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
