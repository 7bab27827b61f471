package com.intel.dra.gpu.cdi;

import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A kind of devices: {@code vendor/class}, such as {@code intel.com/gpu}.
 *
 * @throws InvalidCdiNameException for a name that is none
 */
public record CdiKind(String vendor, String deviceClass) {

  public CdiKind {
    CdiNames.requireVendor(vendor);
    CdiNames.requireClass(deviceClass);
  }

  /**
   * The name by which a container runtime is asked for a device of this kind: {@code
   * vendor/class=device}.
   *
   * @throws InvalidCdiNameException for a device name that is none
   */
  public String qualifiedName(String device) {
    CdiNames.requireDevice(device);
    return this + "=" + device;
  }

  @Override
  @JsonValue
  public String toString() {
    return vendor + "/" + deviceClass;
  }
}
