package com.intel.dra.gpu.cdi;

/**
 * A device that containers can ask for by name.
 *
 * @throws InvalidCdiNameException for a name that is none
 * @throws InvalidCdiSpecException for a device that changes nothing in a container
 */
public record CdiDevice(String name, ContainerEdits containerEdits) {

  public CdiDevice {
    CdiNames.requireDevice(name);
    if (containerEdits.deviceNodes().isEmpty()) {
      throw new InvalidCdiSpecException("device " + name + " has no container edits");
    }
  }
}
