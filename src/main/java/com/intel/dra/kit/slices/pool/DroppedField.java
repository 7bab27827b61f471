package com.intel.dra.kit.slices.pool;

import java.util.Optional;

/**
 * A field that the API server did not store as it was sent, usually because a feature gate is off.
 */
public enum DroppedField {
  /** DRAPartitionableDevices is off: on by default from 1.36. */
  SHARED_COUNTERS(true, "DRAPartitionableDevices"),
  /** DRAPartitionableDevices is off: the devices look independent of each other. */
  CONSUMES_COUNTERS(true, "DRAPartitionableDevices"),
  /** DRAConsumableCapacity is off: the device goes to only one claim. */
  ALLOW_MULTIPLE_ALLOCATIONS(false, "DRAConsumableCapacity"),
  /** DRAConsumableCapacity is off. */
  REQUEST_POLICY(false, "DRAConsumableCapacity"),
  /** DRADeviceTaints is off: the scheduler does not know that it should avoid the device. */
  TAINTS(false, "DRADeviceTaints"),
  /** DRADeviceBindingConditions or DRAResourceClaimDeviceStatus is off: pods do not wait. */
  BINDING_CONDITIONS(false, "DRADeviceBindingConditions"),
  /** Anything else, for example a change by an admission webhook. */
  OTHER(false, "");

  private final boolean limitsUse;
  private final String featureGate;

  DroppedField(boolean limitsUse, String featureGate) {
    this.limitsUse = limitsUse;
    this.featureGate = featureGate;
  }

  /** The API server's feature gate for this field; empty if none is known. */
  public Optional<String> featureGate() {
    return featureGate.isEmpty() ? Optional.empty() : Optional.of(featureGate);
  }

  /** Whether more than the existing resources can be allocated without this field. */
  public boolean limitsUse() {
    return limitsUse;
  }
}
