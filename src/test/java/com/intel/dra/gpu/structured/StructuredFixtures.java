package com.intel.dra.gpu.structured;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.device.VfProfiles;
import com.intel.dra.gpu.policy.GpuSharing;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** GPUs of a node. */
final class StructuredFixtures {

  static final PciDeviceId FLEX_170 = new PciDeviceId("0x56c0");
  static final int FLEX_170_MIB = 14248;

  private StructuredFixtures() {}

  static Gpu gpu(int bus, int memoryMiB, int maxVfs) {
    var address = new PciAddress(0, bus, 0, 0);
    return new Gpu(
        DeviceUid.gpu(address, FLEX_170),
        address,
        memoryMiB,
        maxVfs,
        new DrmNodes(bus, OptionalInt.of(128 + bus)));
  }

  static DeviceFacts facts() {
    return new DeviceFacts(
        "Flex 170",
        "Data Center Flex",
        "i915",
        true,
        Optional.of("pci0000:00"),
        OptionalInt.of(1),
        DeviceFacts.Condition.WELL);
  }

  /** The offer of a node whose policy is the same for all GPUs. */
  static GpuOffer offer(List<OfferedGpu> gpus, GpuSharing sharing) {
    return new GpuOffer(gpus.stream().map(gpu -> shared(gpu, sharing)).toList());
  }

  /** The same GPU with another policy. */
  static OfferedGpu shared(OfferedGpu gpu, GpuSharing sharing) {
    return new OfferedGpu(
        gpu.gpu(), gpu.facts(), gpu.vfs(), gpu.use(), gpu.heldVfs(), sharing, gpu.withheld());
  }

  /** The same GPU, which no new claim is to get. */
  static OfferedGpu withheld(OfferedGpu gpu) {
    return new OfferedGpu(
        gpu.gpu(), gpu.facts(), gpu.vfs(), gpu.use(), gpu.heldVfs(), gpu.sharing(), true);
  }

  static OfferedGpu offered(Gpu gpu, DeviceFacts facts, OfferedGpu.Vfs vfs) {
    return used(gpu, facts, vfs, new OfferedGpu.Use.None());
  }

  static OfferedGpu used(Gpu gpu, DeviceFacts facts, OfferedGpu.Vfs vfs, OfferedGpu.Use use) {
    return new OfferedGpu(
        gpu, facts, vfs, use, Collections.emptySortedMap(), new GpuSharing.Exclusive(), false);
  }

  static OfferedGpu whole(int bus, int memoryMiB) {
    return offered(gpu(bus, memoryMiB, 0), facts(), new OfferedGpu.Vfs.None());
  }

  /** A GPU with VFs on demand, if it can have that few. */
  static OfferedGpu splittable(int bus, int memoryMiB, int vfsOnDemand) {
    Gpu gpu = gpu(bus, memoryMiB, 16);
    return offered(
        gpu,
        facts(),
        OfferedGpu.profileFor(vfsOnDemand, VfProfiles.forGpu(FLEX_170, memoryMiB, 16, false))
            .<OfferedGpu.Vfs>map(
                profile -> new OfferedGpu.Vfs.OnDemand(profile, Optional.empty(), false))
            .orElseGet(OfferedGpu.Vfs.None::new));
  }

  static String type(Device device) {
    return attribute(device, "type").getString();
  }

  static DeviceAttribute attribute(Device device, String name) {
    return Objects.requireNonNull(device.getAttributes().get(name), name);
  }

  static DeviceCapacity capacity(Device device, String name) {
    return Objects.requireNonNull(device.getCapacity().get(name), name);
  }
}
