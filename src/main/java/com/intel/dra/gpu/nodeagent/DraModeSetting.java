package com.intel.dra.gpu.nodeagent;

/** How the mode is chosen. */
public enum DraModeSetting {
  /** By what the API server serves. */
  AUTO,
  CLASSIC,
  STRUCTURED
}
