package com.intel.dra.gpu.explain.search;

import java.util.List;

/** What a search for devices ends with. */
public sealed interface SearchResult {

  /** All claims can have devices: these. */
  record Found(List<Placement> placements) implements SearchResult {
    public Found {
      placements = List.copyOf(placements);
    }
  }

  /** There is no choice of devices for all claims. */
  record NotFound() implements SearchResult {}

  /**
   * The scheduler ends its attempt for the pod with an error.
   *
   * @param tooMany whether the reason is the number of devices of a claim
   */
  record Failed(String error, boolean tooMany) implements SearchResult {}

  /** It could not be found out: too much work, or an expression that is not understood. */
  record Unknown(String why) implements SearchResult {}
}
