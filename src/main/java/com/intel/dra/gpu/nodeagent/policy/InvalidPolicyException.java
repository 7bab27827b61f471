package com.intel.dra.gpu.nodeagent.policy;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Rules that nothing can follow. The message names each mistake, the first ones if they are many.
 */
final class InvalidPolicyException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private static final int SHOWN = 5;

  InvalidPolicyException(List<PolicyProblem> problems) {
    super(
        problems.stream()
                .limit(SHOWN)
                .map(PolicyProblem::toString)
                .collect(Collectors.joining("; "))
            + (problems.size() > SHOWN
                ? "; and %d more mistakes".formatted(problems.size() - SHOWN)
                : ""));
  }
}
