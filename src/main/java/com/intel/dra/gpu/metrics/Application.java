package com.intel.dra.gpu.metrics;

/** Who shows a figure. */
public enum Application {
  CONTROLLER("controller"),
  NODE_AGENT("agent");

  private final String label;

  Application(String label) {
    this.label = label;
  }

  /** As it stands in the documentation and in labels. */
  public String label() {
    return label;
  }
}
