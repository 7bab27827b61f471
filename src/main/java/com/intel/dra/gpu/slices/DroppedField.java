package com.intel.dra.gpu.slices;

import java.util.Optional;

/** A field that the API server did not store as it was sent, usually for a switched-off gate. */
public enum DroppedField {
  /** DRAPartitionableDevices is off: on by default from 1.36. */
  SHARED_COUNTERS(true, "DRAPartitionableDevices"),
  /** DRAPartitionableDevices is off: the devices look independent of each other. */
  CONSUMES_COUNTERS(true, "DRAPartitionableDevices"),
  /** DRAConsumableCapacity is off: the device goes to one claim alone. */
  ALLOW_MULTIPLE_ALLOCATIONS(false, "DRAConsumableCapacity"),
  /** DRAConsumableCapacity is off. */
  REQUEST_POLICY(false, "DRAConsumableCapacity"),
  /** DRADeviceTaints is off: the scheduler does not know that the device should be left alone. */
  TAINTS(false, "DRADeviceTaints"),
  /** DRADeviceBindingConditions or DRAResourceClaimDeviceStatus is off: pods do not wait. */
  BINDING_CONDITIONS(false, "DRADeviceBindingConditions"),
  /** Anything else, for example what an admission webhook changed. */
  OTHER(false, "");

  private final boolean limitsUse;
  private final String featureGate;

  DroppedField(boolean limitsUse, String featureGate) {
    this.limitsUse = limitsUse;
    this.featureGate = featureGate;
  }

  /** The feature gate of the API server that stores it; empty when it is not known to be one. */
  public Optional<String> featureGate() {
    return featureGate.isEmpty() ? Optional.empty() : Optional.of(featureGate);
  }

  /** Whether more can be allocated without it than there is. */
  public boolean limitsUse() {
    return limitsUse;
  }
}
