package com.intel.dra.gpu.simulator;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.sysfs.KernelDriver;

/**
 * One GPU of a topology.
 *
 * @param memoryMiB local memory in MiB; 0 for an integrated GPU
 * @param maxVfs how many VFs it can be split into; 0 for none
 */
public record SimulatedGpu(
    PciAddress address, PciDeviceId model, int memoryMiB, int maxVfs, KernelDriver driver) {

  /** The most VFs that any Intel GPU has. */
  public static final int MAX_VFS = 63;

  public SimulatedGpu {
    if (memoryMiB < 0) {
      throw new IllegalArgumentException("memoryMiB is negative: " + memoryMiB);
    }
    if (maxVfs < 0 || maxVfs > MAX_VFS) {
      throw new IllegalArgumentException("maxVfs is not from 0 to " + MAX_VFS + ": " + maxVfs);
    }
  }
}
