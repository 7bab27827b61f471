package com.intel.dra.gpu.mode;

import java.util.Optional;

/** The configured choice of the mode. */
public enum DraModeSetting {
  /** Chosen by what the API server serves. */
  AUTO,
  CLASSIC,
  STRUCTURED;

  /** The mode that is set; empty if it is chosen. */
  public Optional<DraMode> mode() {
    return switch (this) {
      case AUTO -> Optional.empty();
      case CLASSIC -> Optional.of(DraMode.CLASSIC);
      case STRUCTURED -> Optional.of(DraMode.STRUCTURED);
    };
  }
}
