package com.intel.dra.gpu.selfcheck;

/** Who knows something of a node's devices and claims. */
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

  /** What it is called in reports. */
  public String title() {
    return title;
  }
}
