package com.intel.dra.gpu.cdi;

import java.util.List;

/** What a runtime changes in a container that gets a device. */
public record ContainerEdits(List<DeviceNode> deviceNodes) {

  public ContainerEdits {
    deviceNodes = List.copyOf(deviceNodes);
  }
}
