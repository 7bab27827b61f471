package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.sysfs.EnabledVfs;
import com.intel.dra.gpu.sysfs.VirtualFunctions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How many VFs the GPUs have, and, where the record of it was lost, which of them are ours. */
@Singleton
class VfSurvey {

  private final VirtualFunctions virtualFunctions;
  private final VfHosts hosts;
  private final VfHostRecords records;

  @Inject
  VfSurvey(VirtualFunctions virtualFunctions, VfHosts hosts, VfHostRecords records) {
    this.virtualFunctions = virtualFunctions;
    this.hosts = hosts;
    this.records = records;
  }

  /**
   * Of each GPU that has or could have VFs and that nobody is at work on. Not to be called under
   * the lock of {@link VfHosts}, since the kernel lets readers wait.
   *
   * @param known the node's devices
   * @throws IOException if the record was lost and cannot be written again
   */
  Map<Gpu, EnabledVfs> look(List<Gpu> known, VfHolders holders) throws IOException {
    Set<DeviceUid> concerned = new HashSet<>(holders.vfs().keySet());
    known.forEach(device -> device.uid().parent().ifPresent(concerned::add));
    var enabled = new HashMap<Gpu, EnabledVfs>();
    for (Gpu gpu : known) {
      boolean mayHaveVfs =
          gpu.maxVfs() > 0 || concerned.contains(gpu.uid()) || records.find(gpu.uid()).isPresent();
      boolean busy = hosts.state(gpu.uid()).filter(VfHostState::isBusy).isPresent();
      if (gpu.uid().parent().isEmpty() && mayHaveVfs && !busy) {
        enabled.put(gpu, virtualFunctions.enabled(gpu.address()));
      }
    }
    if (!records.isComplete()) {
      records.completeFrom(madeBefore(enabled, holders));
    }
    return enabled;
  }

  /** Only this driver makes VFs that were planned. */
  private static Map<DeviceUid, MadeVfs> madeBefore(
      Map<Gpu, EnabledVfs> enabled, VfHolders holders) {
    var made = new HashMap<DeviceUid, MadeVfs>();
    enabled.forEach(
        (gpu, count) -> {
          if (count instanceof EnabledVfs.Count(int numVfs) && numVfs > 0) {
            holders.of(gpu.uid()).stream()
                .filter(vf -> !vf.profile().isEmpty())
                .findFirst()
                .ifPresent(
                    vf -> made.put(gpu.uid(), new MadeVfs(vf.profile(), vf.memoryMiB(), true)));
          }
        });
    return made;
  }
}
