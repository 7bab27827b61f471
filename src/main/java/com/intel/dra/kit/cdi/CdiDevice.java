package com.intel.dra.kit.cdi;

/**
 * A device that containers can request by name.
 *
 * @throws InvalidCdiNameException if the name is not valid
 * @throws InvalidCdiSpecException if the device changes nothing in a container
 */
public record CdiDevice(String name, ContainerEdits containerEdits) {

  public CdiDevice {
    CdiNames.requireDevice(name);
    if (containerEdits.deviceNodes().isEmpty()) {
      throw new InvalidCdiSpecException("device " + name + " has no container edits");
    }
  }
}
