package com.intel.dra.gpu.bench.targets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Prints each target with met or not met, and writes the page of a run. {@code bench/all} starts
 * it.
 */
final class ResultsReport {

  private ResultsReport() {}

  /**
   * Arguments: {@code FOLDER PAGE}. The exit code tells whether each benchmark ran, not whether
   * targets are met.
   */
  public static void main(String[] args) throws IOException {
    Run run = RunFolder.read(Path.of(args[0]));
    run.verdicts().forEach(System.out::println);
    Map<String, Long> count = run.count();
    System.out.printf(
        "%d met, %d not met, %d not measured%n",
        count.getOrDefault("met", 0L),
        count.getOrDefault("not met", 0L),
        count.getOrDefault("not measured", 0L));
    Files.writeString(Path.of(args[1]), ResultsPage.of(run));
    run.steps().stream()
        .filter(Step::failed)
        .forEach(step -> System.out.println("failed: " + step.name() + ", " + step.command()));
    System.exit(run.anythingFailed() ? 1 : 0);
  }
}
