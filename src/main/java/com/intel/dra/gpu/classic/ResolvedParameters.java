package com.intel.dra.gpu.classic;

/** The result of resolving a claim's parameters: a request, or a problem to report to the user. */
public sealed interface ResolvedParameters {

  record Usable(ClaimRequest request) implements ResolvedParameters {}

  record Unusable(ParametersProblem problem) implements ResolvedParameters {}
}
