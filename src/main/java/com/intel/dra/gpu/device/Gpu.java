package com.intel.dra.gpu.device;

import java.util.List;

/**
 * A GPU or VF that the kernel shows now.
 *
 * @param address its present PCI function; for a VF this changes with every re-creation
 * @param memoryMiB local memory in MiB; 0 for an integrated GPU
 * @param maxVfs the number of VFs that it can be split into; 0 if SR-IOV is not possible or
 *     switched off, and for VFs
 * @param equalShares whether the kernel gives all its VFs the same memory, regardless of their
 *     profile; meaningless without VFs
 */
public record Gpu(
    DeviceUid uid,
    PciAddress address,
    int memoryMiB,
    int maxVfs,
    boolean equalShares,
    DrmNodes drmNodes) {

  /**
   * How many claims can share a GPU. More shares are of no use, and the size of records and objects
   * must have a bound.
   */
  public static final int MAX_SHARES = 256;

  /** A GPU whose VFs can get the memory of their profile, or a VF. */
  public Gpu(DeviceUid uid, PciAddress address, int memoryMiB, int maxVfs, DrmNodes drmNodes) {
    this(uid, address, memoryMiB, maxVfs, false, drmNodes);
  }

  /** The same GPU with what the other look found out about its VFs. */
  public Gpu withVfsOf(Gpu other) {
    return new Gpu(uid, address, memoryMiB, other.maxVfs, other.equalShares, drmNodes);
  }

  /** The same GPU with as much local memory as this. */
  public Gpu withMemoryMiB(int known) {
    return new Gpu(uid, address, known, maxVfs, equalShares, drmNodes);
  }

  public DeviceType type() {
    return uid.type();
  }

  /** The ways to split it, the one with the smallest VFs first. */
  public List<VfProfile> vfProfiles() {
    return VfProfiles.forGpu(uid.model(), memoryMiB, maxVfs, equalShares);
  }
}
