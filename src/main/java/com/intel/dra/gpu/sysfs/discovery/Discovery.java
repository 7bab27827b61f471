package com.intel.dra.gpu.sysfs.discovery;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import java.util.List;
import java.util.Optional;

/**
 * The result of one look at sysfs.
 *
 * @param devices GPUs and VFs that can be offered, in the order of their UIDs
 * @param skipped devices that were left out, in the order of addresses
 * @param facts about every GPU and VF that can be named, offered or not, in the order of their UIDs
 * @param passedOver what made no sense in a file about several devices, for people; names the file
 */
public record Discovery(
    List<Gpu> devices,
    List<SkippedDevice> skipped,
    List<GpuFacts> facts,
    Optional<String> passedOver) {

  public Discovery {
    devices = List.copyOf(devices);
    skipped = List.copyOf(skipped);
    facts = List.copyOf(facts);
  }

  /** A look at files that all make sense. */
  public Discovery(List<Gpu> devices, List<SkippedDevice> skipped, List<GpuFacts> facts) {
    this(devices, skipped, facts, Optional.empty());
  }
}
