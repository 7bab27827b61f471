package com.intel.dra.gpu.claim;

/** What became of a claim's parameters: a request, or a problem to tell the user. */
public sealed interface ResolvedParameters {

  record Usable(ClaimRequest request) implements ResolvedParameters {}

  record Unusable(ParametersProblem problem) implements ResolvedParameters {}
}
