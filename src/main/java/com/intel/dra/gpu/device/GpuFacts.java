package com.intel.dra.gpu.device;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The known facts about an Intel GPU or VF beyond those needed to allocate it ({@link Gpu}), also
 * if it cannot be offered.
 *
 * @param address its present PCI function; for a VF this changes with every re-creation
 * @param driver the kernel driver that is bound now
 * @param sriovCapable whether the kernel allows it to have VFs now ({@code sriov_totalvfs} above 0)
 * @param pcieRoot its PCIe root complex, such as {@code pci0000:b0}
 * @param numaNode empty if the machine has none, or does not say
 * @param drmNodes empty while there are none
 * @param meiNodes the numbers of the nodes {@code /dev/mei<N>} by which its firmware is reached;
 *     only discrete GPUs have any
 * @param memory the source of {@link Gpu#memoryMiB}; empty if the memory was not determined because
 *     the device cannot be offered
 */
public record GpuFacts(
    DeviceUid uid,
    PciAddress address,
    Optional<String> driver,
    boolean sriovCapable,
    Optional<String> pcieRoot,
    OptionalInt numaNode,
    Optional<DrmNodes> drmNodes,
    List<Integer> meiNodes,
    Optional<MemorySource> memory,
    GpuHealth health) {

  public GpuFacts {
    meiNodes = List.copyOf(meiNodes);
  }

  /** The model as which it is sold. */
  public GpuModel model() {
    return GpuModels.of(uid.model());
  }

  /** The same facts with another answer to whether it can have VFs. */
  public GpuFacts withSriovCapable(boolean now) {
    return new GpuFacts(
        uid, address, driver, now, pcieRoot, numaNode, drmNodes, meiNodes, memory, health);
  }

  /**
   * The same facts, and those that were known before where these do not know them. A GPU that is
   * bound to no driver has none, whatever was known before.
   */
  public GpuFacts completedBy(GpuFacts before) {
    return new GpuFacts(
        uid,
        address,
        health instanceof GpuHealth.OtherDriver ? driver : driver.or(before::driver),
        sriovCapable || before.sriovCapable,
        pcieRoot.or(before::pcieRoot),
        numaNode.isPresent() ? numaNode : before.numaNode,
        drmNodes,
        meiNodes,
        memory.filter(source -> !(source instanceof MemorySource.Nowhere)).or(before::memory),
        health);
  }

  /** The same facts with another state of health. */
  public GpuFacts withHealth(GpuHealth now) {
    return new GpuFacts(
        uid, address, driver, sriovCapable, pcieRoot, numaNode, drmNodes, meiNodes, memory, now);
  }
}
