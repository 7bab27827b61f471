package com.intel.dra.kit.cdi;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/** The changes that a runtime makes to a container that gets a device. */
@JsonPropertyOrder({"deviceNodes", "mounts"})
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ContainerEdits(List<DeviceNode> deviceNodes, List<Mount> mounts) {

  public ContainerEdits {
    deviceNodes = List.copyOf(deviceNodes);
    mounts = List.copyOf(mounts);
  }

  public static ContainerEdits nodes(List<DeviceNode> nodes) {
    return new ContainerEdits(nodes, List.of());
  }

  public static ContainerEdits mount(Mount mount) {
    return new ContainerEdits(List.of(), List.of(mount));
  }

  boolean areNone() {
    return deviceNodes.isEmpty() && mounts.isEmpty();
  }
}
