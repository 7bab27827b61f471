package com.intel.dra.gpu.nodeagent;

/** What becomes of VFs that no claim uses and that this driver did not make. */
public enum UnownedVfs {
  /** They stay, and are offered to claims. */
  ADOPT,
  /** They are removed, as those are that this driver made. */
  REMOVE
}
