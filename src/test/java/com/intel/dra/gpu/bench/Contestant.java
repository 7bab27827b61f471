package com.intel.dra.gpu.bench;

/** The drivers for which the benchmarks can make objects. */
enum Contestant {
  /** This project's driver. */
  OURS("intel-gpu", "gpu.dra.intel.com"),
  /** Kubernetes' own test driver, which makes no decisions: every claim fits every node. */
  REFERENCE("reference", "test-driver.cdi.k8s.io"),
  /** No driver: pods without claims. */
  NONE("none", "");

  final String told;
  final String driverName;

  Contestant(String told, String driverName) {
    this.told = told;
    this.driverName = driverName;
  }

  /**
   * @throws IllegalArgumentException if none has that name
   */
  static Contestant named(String name) {
    for (Contestant contestant : values()) {
      if (contestant.told.equals(name)) {
        return contestant;
      }
    }
    throw new IllegalArgumentException(
        "driver: intel-gpu, reference or none, not '%s'".formatted(name));
  }
}
