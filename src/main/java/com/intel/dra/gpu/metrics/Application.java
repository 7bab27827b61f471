package com.intel.dra.gpu.metrics;

/** The application that shows a figure. */
public enum Application {
  CONTROLLER("controller"),
  NODE_AGENT("agent");

  private final String label;

  Application(String label) {
    this.label = label;
  }

  /** The name in the documentation and in labels. */
  public String label() {
    return label;
  }
}
