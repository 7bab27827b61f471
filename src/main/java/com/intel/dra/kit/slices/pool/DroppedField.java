package com.intel.dra.kit.slices.pool;

import java.util.Optional;

/**
 * A field that the API server did not store as it was sent, usually because a feature gate is off
 * or the release does not have the field yet.
 */
public enum DroppedField {
  /** DRAPartitionableDevices is off: on by default from 1.36. */
  SHARED_COUNTERS(true, "DRAPartitionableDevices", 33),
  /** DRAPartitionableDevices is off: the devices look independent of each other. */
  CONSUMES_COUNTERS(true, "DRAPartitionableDevices", 33),
  /** DRAConsumableCapacity is off: the device goes to only one claim. */
  ALLOW_MULTIPLE_ALLOCATIONS(false, "DRAConsumableCapacity", 34),
  /** DRAConsumableCapacity is off. */
  REQUEST_POLICY(false, "DRAConsumableCapacity", 34),
  /** DRADeviceTaints is off: the scheduler does not know that it should avoid the device. */
  TAINTS(false, "DRADeviceTaints", 33),
  /** DRADeviceBindingConditions or DRAResourceClaimDeviceStatus is off: pods do not wait. */
  BINDING_CONDITIONS(false, "DRADeviceBindingConditions", 34),
  /** Anything else, for example a change by an admission webhook. */
  OTHER(false, "", 0);

  private final boolean limitsUse;
  private final String featureGate;
  private final int sinceMinor;

  DroppedField(boolean limitsUse, String featureGate, int sinceMinor) {
    this.limitsUse = limitsUse;
    this.featureGate = featureGate;
    this.sinceMinor = sinceMinor;
  }

  /** The API server's feature gate for this field; empty if none is known. */
  public Optional<String> featureGate() {
    return featureGate.isEmpty() ? Optional.empty() : Optional.of(featureGate);
  }

  /**
   * The minor number of the first release of Kubernetes that has the field; 0 if it is not known.
   */
  public int sinceMinor() {
    return sinceMinor;
  }

  /** Whether more than the existing resources can be allocated without this field. */
  public boolean limitsUse() {
    return limitsUse;
  }
}
