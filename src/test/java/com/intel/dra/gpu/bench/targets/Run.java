package com.intel.dra.gpu.bench.targets;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A run of {@code bench/all}.
 *
 * @param machine where it took place
 * @param steps that ran, in their order
 * @param results of each step, by its name
 */
record Run(Machine machine, List<Step> steps, Map<String, StepResults> results) {

  Run {
    steps = List.copyOf(steps);
    results = Map.copyOf(results);
  }

  StepResults resultsOf(String step) {
    return results.getOrDefault(step, StepResults.NONE);
  }

  /** Returns a figure of a step, if the step measured it. */
  OptionalDouble figure(String step, String figure) {
    Double value = Figures.of(resultsOf(step)).get(figure);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  boolean anythingFailed() {
    return steps.stream().anyMatch(Step::failed);
  }

  /** Returns what a reader of the terminal wants to know of each target. */
  List<String> verdicts() {
    return Targets.ALL.stream()
        .map(
            target -> {
              Target.Verdict verdict = target.judge(figure(target.step(), target.figure()));
              return "%-12s %s: %s%s (%s)"
                  .formatted(
                      verdict.told(),
                      target.topic() + ", " + target.name(),
                      target.boundText(),
                      verdict.measuredText().isEmpty()
                          ? ""
                          : "; measured " + verdict.measuredText(),
                      target.step());
            })
        .toList();
  }

  /** Returns how many targets are met, not met and not measured. */
  Map<String, Long> count() {
    return Targets.ALL.stream()
        .map(target -> target.judge(figure(target.step(), target.figure())).told())
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }
}
