package com.intel.dra.gpu.explain;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How many pods of a kind can have devices at once.
 *
 * @param wanted how many were asked for
 * @param replicas how many of them fit
 * @param byNode how many on which node
 * @param next why the next one would wait; empty if all that were asked for fit. Its reason is
 *     {@link WaitReason#UNKNOWN} if the search was ended, and then more may fit.
 * @param doubts sentences that say why the scheduler may come to another number
 */
public record Fit(
    int wanted,
    int replicas,
    Map<String, Integer> byNode,
    Optional<PodExplanation> next,
    List<String> doubts) {

  public Fit {
    byNode = Map.copyOf(byNode);
    doubts = List.copyOf(doubts);
  }

  /** Whether more may fit, because the search was ended. */
  public boolean isGivenUp() {
    return next.filter(why -> why.reason() == WaitReason.UNKNOWN).isPresent();
  }
}
