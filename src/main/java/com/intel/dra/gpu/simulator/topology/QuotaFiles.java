package com.intel.dra.gpu.simulator.topology;

import java.util.Arrays;
import java.util.Optional;

/** The files that a kernel offers for dividing a GPU among its VFs. */
public enum QuotaFiles {
  /** The out-of-tree i915: six quotas for each VF and tile. */
  PRELIM_IOV("prelim_iov"),
  /** xe since Linux 7.0: local memory and scheduling for each VF. */
  SRIOV_ADMIN("sriov_admin"),
  /** xe of Linux 6.19: only scheduling. */
  SRIOV_ADMIN_WITHOUT_VRAM_QUOTA("sriov_admin_without_vram_quota"),
  /** Older xe, and the mainline i915, which cannot make VFs at all. */
  NONE("none");

  private final String topologyName;

  QuotaFiles(String topologyName) {
    this.topologyName = topologyName;
  }

  /** The name in a topology file. */
  public String topologyName() {
    return topologyName;
  }

  static Optional<QuotaFiles> named(String name) {
    return Arrays.stream(values()).filter(files -> files.topologyName.equals(name)).findFirst();
  }
}
