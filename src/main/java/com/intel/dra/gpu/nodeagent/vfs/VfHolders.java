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
 * Who holds which VFs, and which GPUs as a whole: by what the controller allocated and by what is
 * prepared here, for each outlives the other for a while.
 *
 * @param vfs by GPU; a VF may be listed several times
 * @param gpus that are held as a whole
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

  /** By what is prepared alone, while nothing is known of what was allocated. */
  public static VfHolders of(Collection<PreparedClaim> prepared) {
    var holders = new VfHolders(new HashMap<>(), new HashSet<>());
    prepared.forEach(claim -> holders.add(claim.devices(), true));
    return holders;
  }

  public List<HeldVf> of(DeviceUid gpu) {
    return vfs.getOrDefault(gpu, List.of());
  }

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
