package com.intel.dra.gpu.selfcheck;

/** A source of information about a node's devices and claims. */
public enum Source {
  HARDWARE("sysfs"),
  GAS("GpuAllocationState"),
  CLAIMS("ResourceClaims"),
  SLICES("ResourceSlices"),
  CDI("CDI spec"),
  PREPARED_CLAIMS("prepared-claims.json"),
  VF_HOSTS("vf-hosts.json"),
  SOCKETS("sockets"),
  SETTINGS("settings");

  private final String title;

  Source(String title) {
    this.title = title;
  }

  /** The name in reports. */
  public String title() {
    return title;
  }
}
