package com.intel.dra.gpu.explain.search;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.ResourcePool;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceSpec;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A published slice of a pool. */
record OfferedSlice(
    String name, PoolKey pool, ResourceSliceSpec spec, List<OfferedDevice> devices) {

  static OfferedSlice of(ResourceSlice slice, List<TaintRule> rules) {
    ResourceSliceSpec spec = slice.getSpec();
    var pool = new PoolKey(spec.getDriver(), spec.getPool().getName());
    return new OfferedSlice(
        Objects.requireNonNullElse(slice.getMetadata().getName(), ""),
        pool,
        spec,
        spec.getDevices().stream().map(device -> new OfferedDevice(pool, device, rules)).toList());
  }

  /** Whether the slice has what the scheduler needs of it. */
  static boolean isReadable(ResourceSlice slice) {
    ResourceSliceSpec spec = slice.getSpec();
    return spec != null
        && spec.getDriver() != null
        && spec.getPool() != null
        && spec.getPool().getName() != null
        && spec.getDevices().stream().allMatch(device -> device.getName() != null);
  }

  long generation() {
    return number(spec.getPool().getGeneration());
  }

  long slicesInPool() {
    return Optional.of(spec.getPool()).map(ResourcePool::getResourceSliceCount).orElse(0L);
  }

  private static long number(Long number) {
    return number == null ? 0 : number;
  }

  boolean isPerDevice() {
    return Boolean.TRUE.equals(spec.getPerDeviceNodeSelection());
  }

  boolean hasSharedCounters() {
    return !spec.getSharedCounters().isEmpty();
  }

  /** Whether it is for one node, by the node's name. */
  Optional<String> nodeName() {
    return Optional.ofNullable(spec.getNodeName()).filter(name -> !name.isEmpty());
  }

  boolean isFor(Node node) {
    if (nodeName().isPresent()
        || Boolean.TRUE.equals(spec.getAllNodes())
        || spec.getNodeSelector() != null) {
      return NodeMatcher.matches(
          node, spec.getNodeName(), spec.getAllNodes(), spec.getNodeSelector());
    }
    return isPerDevice() && devices.stream().anyMatch(device -> isFor(node, device.device()));
  }

  /** Whether one of its devices is for a node; the slice itself is. */
  boolean isFor(Node node, OfferedDevice device) {
    return !isPerDevice() || isFor(node, device.device());
  }

  private static boolean isFor(Node node, Device device) {
    return NodeMatcher.matches(
        node, device.getNodeName(), device.getAllNodes(), device.getNodeSelector());
  }

  /** Devices with compatibility groups (alpha) are not known to the scheduler by default. */
  boolean usesCompatibilityGroups() {
    return devices.stream()
        .flatMap(device -> device.device().getConsumesCounters().stream())
        .anyMatch(
            consumption ->
                consumption.getAdditionalProperties().get("compatibilityGroups")
                        instanceof List<?> groups
                    && !groups.isEmpty());
  }
}
