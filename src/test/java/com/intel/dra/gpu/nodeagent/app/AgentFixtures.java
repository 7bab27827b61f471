package com.intel.dra.gpu.nodeagent.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.state.BootId;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResultBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A Flex 170 in every form that the agent uses. */
public final class AgentFixtures {

  public static final PciDeviceId FLEX_170 = new PciDeviceId("0x56c0");
  public static final BootId BOOT = new BootId("5f0c1e0e-8f4f-4a0c-9d3e-000000000001");

  private AgentFixtures() {}

  /** A GPU on bus 0 to 255, whose card has the number of the bus. */
  public static Gpu gpu(int bus) {
    PciAddress address = new PciAddress(0, bus, 0, 0);
    return new Gpu(
        DeviceUid.gpu(address, FLEX_170),
        address,
        16_384,
        31,
        new DrmNodes(bus, OptionalInt.of(128 + bus)));
  }

  public static SimulatedGpu simulatedGpu(int bus) {
    return new SimulatedGpu(new PciAddress(0, bus, 0, 0), FLEX_170, 16_384, 31, KernelDriver.I915);
  }

  public static String uid(int bus) {
    return DeviceUid.gpu(new PciAddress(0, bus, 0, 0), FLEX_170).toString();
  }

  /** What the GAS offers for that GPU. */
  public static AllocatableDevice allocatable(int bus) {
    return new AllocatableDevice(31, 16_384, "0x56c0", "", "gpu", uid(bus));
  }

  public static AllocatedDevice allocated(int bus) {
    return new AllocatedDevice(4096, "", "", "gpu", uid(bus));
  }

  public static ClaimAllocation allocation(int bus) {
    return new ClaimAllocation(List.of(allocated(bus)), "pod-uid");
  }

  /** The controller's merge patch that writes that allocation, whatever else is in the GAS. */
  static String allocationPatch(String claimUid, int bus) {
    return "{\"spec\":{\"resourceClaimAllocations\":{\"%s\":%s}}}"
        .formatted(claimUid, Serialization.asJson(allocation(bus)));
  }

  /** The scheduler's result that gives a claim the device of node1. */
  public static DeviceRequestAllocationResult result(DeviceUid device) {
    return result("r", DeviceName.of(device).toString());
  }

  /** The same for a request and a device by their names. */
  public static DeviceRequestAllocationResult result(String request, String device) {
    return new DeviceRequestAllocationResultBuilder()
        .withRequest(request)
        .withDriver(DraMode.STRUCTURED.driverName())
        .withPool("node1")
        .withDevice(device)
        .build();
  }

  public static ClaimReference claim(String uid) {
    return new ClaimReference("default", "claim-" + uid, uid);
  }

  public static GpuAllocationState gas(
      Map<String, AllocatableDevice> allocatable,
      Map<String, List<AllocatedDevice>> prepared,
      Map<String, ClaimAllocation> allocations,
      String status) {
    var gas = new GpuAllocationState();
    gas.setMetadata(
        new ObjectMetaBuilder()
            .withName("node1")
            .withNamespace("gpu")
            .withResourceVersion("42")
            .build());
    gas.setSpec(new GpuAllocationStateSpec(allocatable, prepared, allocations).summarised());
    gas.setStatus(status);
    return gas;
  }

  /**
   * The entries of a map in the GAS. The mock API server keeps the nulls of a merge patch; a real
   * one removes those entries.
   */
  public static <V> Map<String, V> entries(Map<String, V> map) {
    var present = new java.util.TreeMap<>(map);
    present.values().removeIf(java.util.Objects::isNull);
    return present;
  }

  /** The facts of a GPU of i915, with the given health. */
  public static GpuFacts facts(DeviceUid uid, GpuHealth health) {
    return new GpuFacts(
        uid,
        uid.address(),
        Optional.of("i915"),
        true,
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        health);
  }

  public static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
