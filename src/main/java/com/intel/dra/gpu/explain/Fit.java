package com.intel.dra.gpu.explain;

import java.util.Map;
import java.util.Optional;

/**
 * How many pods of a kind can have devices at once.
 *
 * @param replicas how many, at most as many as were asked for
 * @param byNode how many on which node
 * @param next why the next one would wait; empty if all that were asked for fit
 */
public record Fit(int replicas, Map<String, Integer> byNode, Optional<PodExplanation> next) {

  public Fit {
    byNode = Map.copyOf(byNode);
  }
}
