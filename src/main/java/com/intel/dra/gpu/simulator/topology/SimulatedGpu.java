package com.intel.dra.gpu.simulator.topology;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * One GPU of a topology.
 *
 * @param memoryMiB local memory in MiB, over all tiles; 0 for an integrated GPU
 * @param maxVfs the number of VFs that it can be split into; 0 for none
 * @param quotaFiles the files with which VFs are given their shares
 * @param tiles 1 or more
 * @param numaNode empty on a machine without NUMA nodes
 * @param pcieRoot the GPU's host bridge, such as {@code pci0000:b0}
 * @param memoryFile where the kernel states the memory
 * @param managementEngine whether its driver shows a management engine, by which programs reach its
 *     firmware
 */
public record SimulatedGpu(
    PciAddress address,
    PciDeviceId model,
    int memoryMiB,
    int maxVfs,
    KernelDriver driver,
    QuotaFiles quotaFiles,
    int tiles,
    OptionalInt numaNode,
    String pcieRoot,
    MemoryFile memoryFile,
    boolean managementEngine) {

  /** The largest number of VFs of any Intel GPU. */
  public static final int MAX_VFS = 63;

  public static final int MAX_TILES = 4;

  private static final Pattern PCIE_ROOT = Pattern.compile("pci[0-9a-f]{4,8}:[0-9a-f]{2}");

  public SimulatedGpu {
    if (!isPcieRoot(pcieRoot)) {
      throw new IllegalArgumentException("not a PCIe root such as pci0000:b0: " + pcieRoot);
    }
    if (numaNode.isPresent() && numaNode.getAsInt() < 0) {
      throw new IllegalArgumentException("numaNode is negative: " + numaNode.getAsInt());
    }
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

  static boolean isPcieRoot(String text) {
    return PCIE_ROOT.matcher(text).matches();
  }

  /**
   * A GPU without NUMA node and management engine, on the first bus of a host bridge that it shares
   * with no other.
   */
  public SimulatedGpu(
      PciAddress address,
      PciDeviceId model,
      int memoryMiB,
      int maxVfs,
      KernelDriver driver,
      QuotaFiles quotaFiles,
      int tiles) {
    this(
        address,
        model,
        memoryMiB,
        maxVfs,
        driver,
        quotaFiles,
        tiles,
        OptionalInt.empty(),
        PciPlacement.pcieRootAt(address),
        MemoryFile.LMEM_TOTAL_BYTES,
        false);
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
