package com.intel.dra.gpu.bench.results;

import java.util.Map;

/**
 * What happened to a node whose GPUs are published, and what that took.
 *
 * @param event what happened
 * @param seconds until the slices were right again, or that nothing happened
 * @param requests of the agent, by "verb resource"
 */
public record Published(Event event, double seconds, Map<String, Long> requests) {

  /** What can happen. */
  public enum Event {
    FIRST_START("first start of the agent"),
    ONE_GONE("one GPU gone; the agent looks every 5 s"),
    ONE_BACK("and there again"),
    AT_REST("nothing happens"),
    RESTART("agent started anew, until it serves the kubelet"),
    SLICES_LOST("and where its slices were deleted meanwhile");

    private final String told;

    Event(String told) {
      this.told = told;
    }

    public String told() {
      return told;
    }
  }

  public Published {
    requests = Map.copyOf(requests);
  }
}
