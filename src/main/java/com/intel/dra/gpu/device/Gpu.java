package com.intel.dra.gpu.device;

/**
 * A GPU or VF that the kernel shows now.
 *
 * @param address the PCI function it has now; for a VF this changes with every re-creation
 * @param memoryMiB local memory in MiB; 0 for an integrated GPU
 * @param maxVfs how many VFs it can be split into; 0 where SR-IOV is not possible or switched off,
 *     and for VFs
 */
public record Gpu(DeviceUid uid, PciAddress address, int memoryMiB, int maxVfs, DrmNodes drmNodes) {

  public DeviceType type() {
    return uid.type();
  }
}
