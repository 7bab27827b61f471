package com.intel.dra.gpu.bench.targets;

import com.intel.dra.gpu.bench.results.Memory;
import com.intel.dra.gpu.bench.results.PrepareResult;
import com.intel.dra.gpu.bench.results.PrepareResult.Milliseconds;
import com.intel.dra.gpu.bench.results.PublishResult;
import com.intel.dra.gpu.bench.results.Published;
import com.intel.dra.gpu.bench.results.SchedulingResult;
import com.intel.dra.gpu.bench.results.StartResult;
import com.intel.dra.gpu.bench.results.StructuredResult;
import com.intel.dra.gpu.bench.results.Traffic;
import com.intel.dra.gpu.bench.targets.StepResults.Decision;
import com.intel.dra.gpu.bench.targets.StepResults.KubeletOperation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A run in which every step of {@code bench/all} has measured something. */
final class ExampleRun {

  static final Machine MACHINE =
      new Machine(
          "2026-11-30", 2, "a processor", 24, "6.18", "Java 25", "go1.24", "1.30.14", "abc", false);

  private static final Map<String, Long> REQUESTS =
      Map.of(
          "get leases", 2L,
          "list pods", 1L,
          "patch gpuallocationstates", 10L,
          "list nodes (without pages)", 3L,
          "update resourceclaims/status", 10L);

  private ExampleRun() {}

  /** Returns the run of the steps that {@code bench/all} has. */
  static Run whole() {
    var results = new HashMap<String, StepResults>();
    List<Step> steps = planned();
    steps.forEach(step -> results.put(step.name(), results(step.command())));
    return new Run(MACHINE, steps, results);
  }

  /** Reads the plan of the script. */
  static List<Step> planned() {
    try (Stream<String> lines = Files.lines(Path.of("bench/all"))) {
      return lines
          .filter(line -> line.matches("[a-z]\\S* +[0-9.]+ +bench/.*\\|.*"))
          .map(line -> line.split("\\|", 2)[0].strip().split(" +", 3))
          .map(plan -> new Step(plan[0], plan[2], "2026-11-30 10:00", 60, 0, 1.5))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static StepResults results(String command) {
    return switch (Arrays.asList(command.split(" ")).getFirst()) {
      case "bench/scheduling" ->
          with(
              List.of(
                  scheduling("intel-gpu", 1, 20),
                  scheduling("reference", 1, 16),
                  scheduling("intel-gpu", 2, 20)),
              List.of());
      case "bench/structured" ->
          with(
              List.of(),
              Stream.of("go", "gpus", "gpus+shared:share", "gpus+vfs:vf")
                  .map(row -> structured(row, 2))
                  .toList());
      case "bench/prepare" -> prepare();
      case "bench/publish" -> publish();
      case "bench/start" -> start();
      case "bench/kubelet" ->
          new StepResults(
              List.of(),
              List.of(),
              List.of(),
              List.of(),
              List.of(),
              List.of(new KubeletOperation("grpc NodePrepareResources", 10, 9)),
              List.of());
      case "bench/allocator" ->
          new StepResults(
              List.of(),
              List.of(),
              List.of(),
              List.of(),
              List.of(),
              List.of(),
              List.of(new Decision("answerAfterOneNodeHasChanged", 128, 783)));
      default -> throw new IllegalArgumentException(command);
    };
  }

  static StepResults with(List<SchedulingResult> scheduling, List<StructuredResult> structured) {
    return new StepResults(
        scheduling, structured, List.of(), List.of(), List.of(), List.of(), List.of());
  }

  /** Ten pods. */
  static SchedulingResult scheduling(String driver, int wave, double seconds) {
    return new SchedulingResult(
        driver,
        100,
        8,
        10,
        1,
        wave,
        seconds,
        List.of(0.5, 1.0),
        List.of(0.5, seconds),
        0.1,
        Map.of("kube-apiserver", 0.5, "kube-scheduler", 0.25),
        200,
        210,
        new Traffic(REQUESTS, 40_000, 50_000));
  }

  /** Ten pods. */
  static StructuredResult structured(String row, double seconds) {
    return new StructuredResult(
        row,
        100,
        1,
        8,
        10,
        seconds,
        List.of(0.5, 1.0),
        Map.of("kube-scheduler", 0.1, "kube-apiserver", 0.5));
  }

  private static StepResults prepare() {
    var calls = new Milliseconds(List.of(1.0, 2.0, 3.0, 4.0));
    return new StepResults(
        List.of(),
        List.of(),
        List.of(
            new PrepareResult(
                "v1",
                8,
                10,
                1.2,
                calls,
                calls,
                100,
                calls,
                calls,
                new Memory(100, 50),
                new Memory(140, 80),
                new Memory(145, 85),
                0.3,
                new Traffic(REQUESTS, 10_000, 20_000))),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  private static StepResults publish() {
    return new StepResults(
        List.of(),
        List.of(),
        List.of(),
        List.of(
            new PublishResult(
                64,
                Stream.of(Published.Event.values())
                    .map(
                        event ->
                            new Published(
                                event,
                                1.5,
                                Map.of(
                                    "update resourceslices", 1L,
                                    "update resourceslices (dry run)", 1L)))
                    .toList())),
        List.of(),
        List.of(),
        List.of());
  }

  private static StepResults start() {
    return new StepResults(
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(new StartResult(1000, 10_000, 4.1, 5.9, 275, 7, 271, REQUESTS)),
        List.of(),
        List.of());
  }
}
