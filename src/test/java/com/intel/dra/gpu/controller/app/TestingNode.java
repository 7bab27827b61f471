package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.gpuUid;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A node: the kubelet that runs pods, and the node agent that prepares their claims and writes its
 * part of the node's GAS.
 */
public final class TestingNode {

  private final FakeCluster cluster;
  private final String name;
  private final Map<String, AllocatableDevice> allocatable = new TreeMap<>();
  private final Map<String, List<AllocatedDevice>> prepared = new TreeMap<>();
  private boolean up = true;
  private boolean ready = true;
  private int lag;

  public TestingNode(FakeCluster cluster, String name, List<Integer> gpuMiB) {
    this.cluster = cluster;
    this.name = name;
    for (int gpu = 0; gpu < gpuMiB.size(); gpu++) {
      allocatable.put(
          gpuUid(gpu), new AllocatableDevice(0, gpuMiB.get(gpu), "0x56c0", "", "gpu", gpuUid(gpu)));
    }
  }

  public String name() {
    return name;
  }

  boolean isUp() {
    return up;
  }

  public Map<String, AllocatableDevice> allocatable() {
    return allocatable;
  }

  /** Removes the node and its GAS; what the node had prepared is still there when it returns. */
  void lose() {
    up = false;
    deleteGas();
  }

  void comeBack() {
    up = true;
    ready = true;
  }

  /** Delays the end of containers, and with it the unpreparing of claims. */
  void lag(int acts) {
    lag = acts;
  }

  public void become(boolean readyNow) {
    ready = readyNow;
  }

  void deleteGas() {
    gas().ifPresent(cluster::delete);
  }

  public Optional<GpuAllocationState> gas() {
    return cluster.read(GpuAllocationState.class, ControllerProcess.NAMESPACE, name);
  }

  /**
   * @return whether there was anything to do
   */
  public boolean act() {
    return up && (runPods() || keepGas());
  }

  private boolean runPods() {
    var used = new HashMap<String, List<AllocatedDevice>>();
    for (Pod pod : podsHere()) {
      if (!Pods.isDone(pod) && !Pods.isToEnd(pod)) {
        Pods.claims(cluster, pod).stream()
            .filter(claim -> Pods.isReservedFor(claim, pod))
            .filter(this::isHere)
            .forEach(claim -> used.put(Claims.uid(claim), devices(claim)));
      }
    }
    Set<String> staying = new HashSet<>(used.keySet());
    if (lag > 0) {
      // only a claim that has reached the GAS may still have containers of a pod that is gone
      gas().ifPresent(gas -> staying.addAll(gas.getSpec().prepared().keySet()));
    }
    boolean changed = prepared.keySet().retainAll(staying);
    if (!used.keySet().containsAll(prepared.keySet())) {
      lag--;
      changed = true;
    }
    for (var claim : used.entrySet()) {
      changed |= prepared.putIfAbsent(claim.getKey(), claim.getValue()) == null;
    }
    for (Pod pod : podsHere()) {
      if (Pods.isBeingDeleted(pod)) {
        cluster.edit(pod, Pods::released);
        changed = true;
      } else if (Pods.isToEnd(pod) && !Pods.isDone(pod)) {
        cluster.edit(pod, Pods::done);
        changed = true;
      }
    }
    return changed;
  }

  private List<Pod> podsHere() {
    return cluster.list(Pod.class).filter(pod -> name.equals(pod.getSpec().getNodeName())).toList();
  }

  /**
   * Returns false if the pod was bound by hand to the wrong node; the agent then refuses to prepare
   * the claim.
   */
  private boolean isHere(ResourceClaim claim) {
    return Claims.allocation(claim)
        .flatMap(AllocationResults::node)
        .filter(name::equals)
        .isPresent();
  }

  private static List<AllocatedDevice> devices(ResourceClaim claim) {
    return Claims.allocation(claim).map(AllocationResults::devices).orElse(List.of());
  }

  private boolean keepGas() {
    String status = ready ? GpuAllocationState.READY : GpuAllocationState.NOT_READY;
    Optional<GpuAllocationState> gas = gas();
    if (gas.isEmpty()) {
      var created = new GpuAllocationState();
      created.setMetadata(
          new ObjectMetaBuilder()
              .withNamespace(ControllerProcess.NAMESPACE)
              .withName(name)
              .build());
      created.setSpec(new GpuAllocationStateSpec(allocatable, prepared, Map.of()).summarised());
      created.setStatus(status);
      cluster.created(created);
      return true;
    }
    if (gas.get().getSpec().prepared().equals(prepared) && status.equals(gas.get().getStatus())) {
      return false;
    }
    cluster.edit(
        gas.get(),
        known -> {
          var changed = new GpuAllocationState();
          changed.setMetadata(known.getMetadata());
          changed.setSpec(
              new GpuAllocationStateSpec(
                      allocatable, prepared, known.getSpec().resourceClaimAllocations())
                  .summarised());
          changed.setStatus(status);
          return changed;
        });
    return true;
  }
}
