package com.intel.dra.gpu.bench;

import com.intel.dra.gpu.bench.StructuredRow.Feature;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.structured.DeviceFacts;
import com.intel.dra.gpu.structured.GpuOffer;
import com.intel.dra.gpu.structured.OfferedDevices;
import com.intel.dra.gpu.structured.OfferedGpu;
import com.intel.dra.gpu.structured.StructuredApi;
import com.intel.dra.kit.slices.pool.SliceLayout;
import com.intel.dra.kit.slices.pool.SliceOwner;
import com.intel.dra.kit.slices.pool.WantedPool;
import io.fabric8.kubernetes.api.model.resource.v1.Counter;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSetBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCounterConsumptionBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The slices of one node with 8 GPUs, as a row says. */
final class StructuredSlices {

  static final int GPUS = 8;

  private static final PciDeviceId FLEX_170 = new PciDeviceId("0x56c0");
  private static final int MIB = 14_248;
  private static final int MAX_VFS = 16;
  private static final int FIRST_RENDER_NODE = 128;
  private static final Set<String> FEW = Set.of("type", "resource.kubernetes.io/pciBusID");
  private static final String ONE_SET = "gpus";

  private StructuredSlices() {}

  /**
   * @param nodeUid the Node's UID
   */
  static List<ResourceSlice> of(StructuredRow row, String node, String nodeUid) {
    WantedPool pool =
        switch (row.slices()) {
          case NONE -> WantedPool.of(List.of());
          case GO_DRIVER -> WantedPool.of(goDriver());
          case OURS -> ours(row);
        };
    if (pool.devices().isEmpty()) {
      return List.of();
    }
    var owner = new SliceOwner(StructuredApi.DRIVER_NAME, node, nodeUid);
    var layout = SliceLayout.of(node, pool);
    return IntStream.range(0, layout.slices().size())
        .mapToObj(index -> owner.create(layout, index, 1))
        .toList();
  }

  private static WantedPool ours(StructuredRow row) {
    List<OfferedGpu> gpus =
        IntStream.range(0, GPUS).mapToObj(index -> offered(row, index)).toList();
    OfferedDevices offer =
        new GpuOffer(gpus, true, row.has(Feature.MONITORS)).inOrderOfPreference(true).getFirst();
    List<Device> devices = offer.devices().stream().map(device -> changed(row, device)).toList();
    if (row.has(Feature.VFS_FIRST)) {
      devices =
          Stream.concat(
                  devices.stream().filter(device -> type(device).equals("vf")),
                  devices.stream().filter(device -> !type(device).equals("vf")))
              .toList();
    }
    if (row.has(Feature.NO_COUNTERS)) {
      return WantedPool.of(devices);
    }
    return WantedPool.of(
        row.has(Feature.ONE_SET) ? oneSet(offer.counterSets()) : offer.counterSets(), devices);
  }

  private static OfferedGpu offered(StructuredRow row, int index) {
    var address = new PciAddress(0, 0x10 + index, 0, 0);
    var gpu =
        new Gpu(
            DeviceUid.gpu(address, FLEX_170),
            address,
            MIB,
            MAX_VFS,
            new DrmNodes(index, OptionalInt.of(FIRST_RENDER_NODE + index)));
    var facts =
        new DeviceFacts(
            "Flex 170",
            "Data Center Flex",
            "i915",
            true,
            Optional.of("pci0000:00"),
            OptionalInt.of(0),
            DeviceFacts.Condition.WELL);
    return new OfferedGpu(
        gpu,
        facts,
        row.has(Feature.VFS)
            ? OfferedGpu.profileFor(StructuredRow.VFS, gpu.vfProfiles())
                .<OfferedGpu.Vfs>map(
                    profile -> new OfferedGpu.Vfs.OnDemand(profile, Optional.empty(), false))
                .orElseThrow()
            : new OfferedGpu.Vfs.None(),
        new OfferedGpu.Use.None(),
        Collections.emptySortedMap(),
        row.sharing(),
        false);
  }

  private static String type(Device device) {
    return Objects.requireNonNull(device.getAttributes().get("type")).getString();
  }

  private static Device changed(StructuredRow row, Device device) {
    var changed = new DeviceBuilder(device);
    if (row.has(Feature.FEW_ATTRIBUTES)) {
      var few = new TreeMap<>(device.getAttributes());
      few.keySet().retainAll(FEW);
      changed.withAttributes(few);
    }
    if (row.has(Feature.ONE_CAPACITY)) {
      changed.removeFromCapacity("millicores");
    }
    if (row.has(Feature.NO_COUNTERS)) {
      changed.withConsumesCounters(List.of());
    } else if (row.has(Feature.ONE_SET)) {
      changed.withConsumesCounters(
          device.getConsumesCounters().stream()
              .map(
                  charge ->
                      new DeviceCounterConsumptionBuilder()
                          .withCounterSet(ONE_SET)
                          .addToCounters(
                              counterOf(charge.getCounterSet()), only(charge.getCounters()))
                          .build())
              .toList());
    }
    return changed.build();
  }

  private static List<CounterSet> oneSet(List<CounterSet> sets) {
    if (sets.isEmpty()) {
      return sets;
    }
    var one = new CounterSetBuilder().withName(ONE_SET);
    sets.forEach(set -> one.addToCounters(counterOf(set.getName()), only(set.getCounters())));
    return List.of(one.build());
  }

  private static String counterOf(String set) {
    return "gpu-" + set;
  }

  private static Counter only(Map<String, Counter> counters) {
    return counters.values().iterator().next();
  }

  private static List<Device> goDriver() {
    var devices = new ArrayList<Device>();
    for (int index = 0; index < GPUS; index++) {
      int bus = 0x10 + index;
      devices.add(
          Serialization.unmarshal(
              """
              name: 0000-%02x-00-0-0x56c0
              attributes:
                model: {string: Flex 170}
                family: {string: Data Center Flex}
                driver: {string: i915}
                sriov: {bool: true}
                type: {string: gpu}
                pciId: {string: "0x56c0"}
                health: {string: Healthy}
                resource.kubernetes.io/pcieRoot: {string: "pci0000:00"}
                resource.kubernetes.io/pciBusID: {string: "0000:%02x:00.0"}
                pciAddress: {string: "0000:%02x:00.0"}
                pciRoot: {string: "00"}
              capacity:
                memory: {value: 14248Mi}
                millicores: {value: 1k}
              """
                  .formatted(bus, bus, bus),
              Device.class));
    }
    return devices;
  }
}
