package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Notices that a node may have more room than when it was last looked at. A hint that saves
 * waiting, nothing more: the first look at a node always counts as growth.
 */
@Singleton
@IfBuildProfile("controller")
class CapacityWatch {

  private record Seen(
      boolean ready, Map<String, AllocatableDevice> allocatable, Set<String> holders) {

    static Seen of(GpuAllocationState node) {
      var holders = new HashSet<>(node.getSpec().resourceClaimAllocations().keySet());
      holders.addAll(node.getSpec().prepared().keySet());
      return new Seen(
          GpuAllocationState.READY.equals(node.getStatus()), node.getSpec().allocatable(), holders);
    }

    boolean hasMoreRoomThan(Seen before) {
      return ready
          && (!before.ready
              || !allocatable.equals(before.allocatable)
              || !holders.containsAll(before.holders));
    }
  }

  private final ConcurrentHashMap<String, Seen> lastSeen = new ConcurrentHashMap<>();

  boolean grew(GpuAllocationState node) {
    Seen now = Seen.of(node);
    Seen before = lastSeen.put(node.getMetadata().getName(), now);
    return before == null ? now.ready() : now.hasMoreRoomThan(before);
  }
}
