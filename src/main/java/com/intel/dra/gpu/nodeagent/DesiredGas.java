package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the agent's fields of the GAS should say now, from what the agent knows now. */
@Singleton
class DesiredGas {

  /** This agent makes no VFs yet, so no GPU may be planned to be split into any. */
  private static final int NO_VFS = 0;

  private final NodeDevices devices;
  private final PreparedClaims prepared;
  private volatile boolean serving;

  @Inject
  DesiredGas(NodeDevices devices, PreparedClaims prepared) {
    this.devices = devices;
    this.prepared = prepared;
  }

  /**
   * Whether the kubelet can call: new claims may be placed on the node only then.
   *
   * @return whether that is news
   */
  synchronized boolean setServing(boolean serving) {
    boolean changed = this.serving != serving;
    this.serving = serving;
    return changed;
  }

  GasFields fields() {
    Optional<Map<String, AllocatableDevice>> allocatable =
        devices.known().map(DesiredGas::allocatable);
    boolean ready = serving && allocatable.isPresent();
    return new GasFields(
        allocatable,
        prepared.isComplete() ? Optional.of(prepared(prepared.all())) : Optional.empty(),
        ready ? GpuAllocationState.READY : GpuAllocationState.NOT_READY);
  }

  private static Map<String, AllocatableDevice> allocatable(List<Gpu> gpus) {
    var byUid = new TreeMap<String, AllocatableDevice>();
    for (Gpu gpu : gpus) {
      DeviceUid uid = gpu.uid();
      byUid.put(
          uid.toString(),
          new AllocatableDevice(
              NO_VFS,
              gpu.memoryMiB(),
              uid.model().value(),
              uid.parent().map(DeviceUid::toString).orElse(""),
              gpu.type().wireName(),
              uid.toString()));
    }
    return byUid;
  }

  private static Map<String, List<AllocatedDevice>> prepared(Map<String, PreparedClaim> claims) {
    var byUid = new TreeMap<String, List<AllocatedDevice>>();
    claims.forEach((uid, claim) -> byUid.put(uid, claim.devices()));
    return byUid;
  }
}
