package com.intel.dra.gpu.simulator.topology;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A topology that cannot be simulated. The message has one line per problem, and each line names
 * the file.
 */
public final class InvalidTopologyException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final String message;
  private final transient List<TopologyProblem> problems;

  InvalidTopologyException(String file, List<TopologyProblem> problems) {
    this.message =
        problems.stream()
            .map(problem -> file + ": " + problem)
            .collect(Collectors.joining(System.lineSeparator()));
    this.problems = List.copyOf(problems);
  }

  @Override
  public String getMessage() {
    return message;
  }

  public List<TopologyProblem> problems() {
    return problems;
  }
}
