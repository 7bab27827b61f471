package com.intel.dra.gpu.nodeagent.config;

/** What becomes of VFs that no claim uses and that this driver did not make. */
public enum UnownedVfsSetting {
  /** They stay, and are offered to claims. */
  ADOPT,
  /** They are removed, as those are that this driver made. */
  REMOVE
}
