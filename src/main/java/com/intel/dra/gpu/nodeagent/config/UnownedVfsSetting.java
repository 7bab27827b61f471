package com.intel.dra.gpu.nodeagent.config;

/** What the agent does with VFs that no claim uses and that this driver did not make. */
public enum UnownedVfsSetting {
  /** Keeps them and offers them to claims. */
  ADOPT,
  /** Removes them, like those that this driver made. */
  REMOVE
}
