package com.intel.dra.gpu.mode;

/** The configured choice of the mode. */
public enum DraModeSetting {
  /** Chosen by what the API server serves. */
  AUTO,
  CLASSIC,
  STRUCTURED
}
