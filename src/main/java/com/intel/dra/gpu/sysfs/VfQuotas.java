package com.intel.dra.gpu.sysfs;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a GPU's SR-IOV files say of what each VF gets. */
public sealed interface VfQuotas {

  /**
   * @param memoryBytes local memory of the VFs that are enabled, by index from 0; without those of
   *     which the kernel does not tell
   * @param changed the files that do not say what they say of a GPU that was never split, as {@code
   *     path=value} below the PCI device
   */
  record Read(Map<Integer, Long> memoryBytes, List<String> changed) implements VfQuotas {

    public Read {
      memoryBytes = Collections.unmodifiableMap(new TreeMap<>(memoryBytes));
      changed = List.copyOf(changed);
    }
  }

  record Unknown(SriovFailure cause) implements VfQuotas {}
}
