package com.intel.dra.gpu.slices;

/** A field that the API server did not store as it was sent, usually for a switched-off gate. */
public enum DroppedField {
  /** DRAPartitionableDevices is off: on by default from 1.36. */
  SHARED_COUNTERS(true),
  /** DRAPartitionableDevices is off: the devices look independent of each other. */
  CONSUMES_COUNTERS(true),
  /** DRAConsumableCapacity is off: the device goes to one claim alone. */
  ALLOW_MULTIPLE_ALLOCATIONS(false),
  /** DRAConsumableCapacity is off. */
  REQUEST_POLICY(false),
  /** DRADeviceTaints is off: the scheduler does not know that the device should be left alone. */
  TAINTS(false),
  /** DRADeviceBindingConditions or DRAResourceClaimDeviceStatus is off: pods do not wait. */
  BINDING_CONDITIONS(false),
  /** Anything else, for example what an admission webhook changed. */
  OTHER(false);

  private final boolean limitsUse;

  DroppedField(boolean limitsUse) {
    this.limitsUse = limitsUse;
  }

  /** Whether more can be allocated without it than there is. */
  public boolean limitsUse() {
    return limitsUse;
  }
}
