package com.intel.dra.gpu.sysfs;

import com.intel.dra.gpu.device.Gpu;
import java.util.List;

/**
 * What one look at sysfs found.
 *
 * @param devices GPUs and VFs that can be offered, in the order of their UIDs
 * @param skipped what was left out, in the order of addresses
 */
public record Discovery(List<Gpu> devices, List<SkippedDevice> skipped) {

  public Discovery {
    devices = List.copyOf(devices);
    skipped = List.copyOf(skipped);
  }
}
