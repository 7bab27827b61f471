package com.intel.dra.gpu.simulator;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.sysfs.KernelDriver;

/**
 * One GPU of a topology.
 *
 * @param memoryMiB local memory in MiB, over all tiles; 0 for an integrated GPU
 * @param maxVfs how many VFs it can be split into; 0 for none
 * @param quotaFiles how the kernel lets VFs be given their parts
 * @param tiles 1 or more
 */
public record SimulatedGpu(
    PciAddress address,
    PciDeviceId model,
    int memoryMiB,
    int maxVfs,
    KernelDriver driver,
    QuotaFiles quotaFiles,
    int tiles) {

  /** The most VFs that any Intel GPU has. */
  public static final int MAX_VFS = 63;

  public static final int MAX_TILES = 4;

  public SimulatedGpu {
    if (memoryMiB < 0) {
      throw new IllegalArgumentException("memoryMiB is negative: " + memoryMiB);
    }
    if (maxVfs < 0 || maxVfs > MAX_VFS) {
      throw new IllegalArgumentException("maxVfs is not from 0 to " + MAX_VFS + ": " + maxVfs);
    }
    if (tiles < 1 || tiles > MAX_TILES) {
      throw new IllegalArgumentException("tiles is not from 1 to " + MAX_TILES + ": " + tiles);
    }
  }

  /** A GPU of one tile with the newest quota files that its driver has. */
  public SimulatedGpu(
      PciAddress address, PciDeviceId model, int memoryMiB, int maxVfs, KernelDriver driver) {
    this(address, model, memoryMiB, maxVfs, driver, newestQuotaFiles(driver), 1);
  }

  static QuotaFiles newestQuotaFiles(KernelDriver driver) {
    return switch (driver) {
      case I915 -> QuotaFiles.PRELIM_IOV;
      case XE -> QuotaFiles.SRIOV_ADMIN;
    };
  }
}
