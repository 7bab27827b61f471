package com.intel.dra.kit.cdi;

import com.fasterxml.jackson.annotation.JsonValue;

/** A kind of devices: {@code vendor/class}, such as {@code intel.com/gpu}. */
public record CdiKind(String vendor, String deviceClass) {

  /**
   * @throws InvalidCdiNameException if the vendor or the class is not valid
   */
  public CdiKind {
    CdiNames.requireVendor(vendor);
    CdiNames.requireClass(deviceClass);
  }

  /**
   * The name with which a device of this kind is requested from a container runtime: {@code
   * vendor/class=device}.
   *
   * @throws InvalidCdiNameException if the device name is not valid
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
