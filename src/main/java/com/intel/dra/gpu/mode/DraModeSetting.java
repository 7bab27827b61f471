package com.intel.dra.gpu.mode;

/** How the mode is chosen. */
public enum DraModeSetting {
  /** By what the API server serves. */
  AUTO,
  CLASSIC,
  STRUCTURED
}
