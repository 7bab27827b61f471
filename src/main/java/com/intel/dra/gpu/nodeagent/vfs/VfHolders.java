package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which VFs and which whole GPUs claims hold. Allocations in the GAS and prepared claims both
 * count, because each of them may exist for a while without the other.
 *
 * @param vfs by GPU; a VF may be listed several times
 * @param gpus the GPUs that are held as a whole
 */
public record VfHolders(Map<DeviceUid, List<HeldVf>> vfs, Set<DeviceUid> gpus) {

  static VfHolders of(GpuAllocationState gas, Collection<PreparedClaim> prepared) {
    VfHolders holders = of(prepared);
    gas.getSpec()
        .resourceClaimAllocations()
        .values()
        .forEach(allocation -> holders.add(allocation.gpus(), false));
    return holders;
  }

  /** Counts prepared claims only, for the time before allocations are known. */
  public static VfHolders of(Collection<PreparedClaim> prepared) {
    var holders = new VfHolders(new HashMap<>(), new HashSet<>());
    prepared.forEach(claim -> holders.add(claim.devices(), true));
    return holders;
  }

  /** The VFs of the GPU that claims hold. */
  public List<HeldVf> of(DeviceUid gpu) {
    return vfs.getOrDefault(gpu, List.of());
  }

  /** Whether claims hold the GPU as a whole. */
  boolean areUsing(DeviceUid gpu) {
    return gpus.contains(gpu);
  }

  private void add(List<AllocatedDevice> devices, boolean prepared) {
    for (AllocatedDevice device : devices) {
      DeviceUid.parse(device.uid()).ifPresent(uid -> add(uid, device, prepared));
    }
  }

  private void add(DeviceUid uid, AllocatedDevice device, boolean prepared) {
    if (uid.type() == DeviceType.GPU) {
      gpus.add(uid);
    } else {
      vfs.computeIfAbsent(uid.parent().orElseThrow(), _ -> new ArrayList<>())
          .add(
              new HeldVf(uid.vfIndex().orElseThrow(), device.memory(), device.profile(), prepared));
    }
  }
}
