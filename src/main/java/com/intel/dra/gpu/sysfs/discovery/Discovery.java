package com.intel.dra.gpu.sysfs.discovery;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import java.util.List;

/**
 * The result of one look at sysfs.
 *
 * @param devices GPUs and VFs that can be offered, in the order of their UIDs
 * @param skipped devices that were left out, in the order of addresses
 * @param facts about every GPU and VF that can be named, offered or not, in the order of their UIDs
 */
public record Discovery(List<Gpu> devices, List<SkippedDevice> skipped, List<GpuFacts> facts) {

  public Discovery {
    devices = List.copyOf(devices);
    skipped = List.copyOf(skipped);
    facts = List.copyOf(facts);
  }
}
