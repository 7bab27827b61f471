package com.intel.dra.kit.cdi;

/** A device that containers can request by name. */
public record CdiDevice(String name, ContainerEdits containerEdits) {

  /**
   * @throws InvalidCdiNameException if the name is not valid
   * @throws InvalidCdiSpecException if the device changes nothing in a container
   */
  public CdiDevice {
    CdiNames.requireDevice(name);
    if (containerEdits.areNone()) {
      throw new InvalidCdiSpecException("device " + name + " has no container edits");
    }
  }
}
