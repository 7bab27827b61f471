package com.intel.dra.kit.cdi;

import java.util.List;

/** The changes that a runtime makes to a container that gets a device. */
public record ContainerEdits(List<DeviceNode> deviceNodes) {

  public ContainerEdits {
    deviceNodes = List.copyOf(deviceNodes);
  }
}
