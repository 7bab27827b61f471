package com.intel.dra.gpu.selfcheck.compare;

/** A source of information about a node's devices and claims. */
public enum StatementSource {
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

  StatementSource(String title) {
    this.title = title;
  }

  /** The name in reports. */
  public String title() {
    return title;
  }
}
