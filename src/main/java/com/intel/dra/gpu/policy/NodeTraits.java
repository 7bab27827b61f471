package com.intel.dra.gpu.policy;

import java.util.Map;

/** What rules choose a node by. */
public record NodeTraits(String name, Map<String, String> labels) {

  public NodeTraits {
    labels = Map.copyOf(labels);
  }
}
