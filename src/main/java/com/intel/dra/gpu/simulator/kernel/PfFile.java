package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.simulator.topology.PlacedGpu;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import java.util.HashMap;
import java.util.Map;

/** A writable file of a PF. */
sealed interface PfFile {

  record NumVfs() implements PfFile {}

  record DriversAutoprobe() implements PfFile {}

  record AutoProvisioning() implements PfFile {}

  record NumaNode() implements PfFile {}

  record OfQuota(VfQuota quota) implements PfFile {}

  /** The writable files of a GPU, by their paths below the folder of its device. */
  static Map<String, PfFile> of(PlacedGpu placed) {
    Map<String, PfFile> files = new HashMap<>();
    files.put(SysfsLayout.NUMA_NODE, new NumaNode());
    SimulatedGpu gpu = placed.gpu();
    if (gpu.maxVfs() > 0) {
      files.put(SysfsLayout.SRIOV_NUMVFS, new NumVfs());
      files.put(SysfsLayout.SRIOV_DRIVERS_AUTOPROBE, new DriversAutoprobe());
    }
    KernelTree.quotaTree(gpu, placed.placement())
        .ifPresent(
            tree -> {
              files.put(
                  tree + "/" + SysfsLayout.PRELIM_IOV_PF + "/" + SysfsLayout.AUTO_PROVISIONING,
                  new AutoProvisioning());
              for (VfQuota quota : VfQuota.of(gpu)) {
                files.put(
                    tree + "/" + quota.folder(gpu) + "/" + quota.kind().fileName(),
                    new OfQuota(quota));
              }
            });
    return Map.copyOf(files);
  }
}
