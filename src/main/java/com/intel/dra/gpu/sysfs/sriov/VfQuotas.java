package com.intel.dra.gpu.sysfs.sriov;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a GPU's SR-IOV files say about the share of each VF. */
public sealed interface VfQuotas {

  /**
   * @param memoryBytes local memory of the enabled VFs, by index from 0; VFs for which the kernel
   *     does not report it are missing
   * @param changed the files whose content differs from that of a GPU that was never split, as
   *     {@code path=value} below the PCI device
   */
  record Read(Map<Integer, Long> memoryBytes, List<String> changed) implements VfQuotas {

    public Read {
      memoryBytes = Collections.unmodifiableMap(new TreeMap<>(memoryBytes));
      changed = List.copyOf(changed);
    }
  }

  record Unknown(SriovFailure cause) implements VfQuotas {}
}
