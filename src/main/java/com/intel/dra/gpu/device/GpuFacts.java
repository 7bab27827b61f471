package com.intel.dra.gpu.device;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What there is to tell of an Intel GPU or VF beside what it takes to allocate it ({@link Gpu}),
 * also of one that cannot be offered.
 *
 * @param address the PCI function it has now; for a VF this changes with every re-creation
 * @param driver the kernel driver that is bound now
 * @param sriovCapable whether the kernel lets it have VFs now ({@code sriov_totalvfs} above 0)
 * @param pcieRoot its PCIe root complex, such as {@code pci0000:b0}
 * @param numaNode empty when the machine has none, or does not tell
 * @param drmNodes empty while there are none
 * @param memory where {@link Gpu#memoryMiB} is from; empty when it was not looked for, because the
 *     device cannot be offered
 */
public record GpuFacts(
    DeviceUid uid,
    PciAddress address,
    Optional<String> driver,
    boolean sriovCapable,
    Optional<String> pcieRoot,
    OptionalInt numaNode,
    Optional<DrmNodes> drmNodes,
    Optional<MemorySource> memory,
    GpuHealth health) {

  /** What it is sold as. */
  public GpuModel model() {
    return GpuModels.of(uid.model());
  }

  /** The same device in another state of health. */
  public GpuFacts withHealth(GpuHealth now) {
    return new GpuFacts(
        uid, address, driver, sriovCapable, pcieRoot, numaNode, drmNodes, memory, now);
  }
}
