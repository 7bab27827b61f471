package com.intel.dra.gpu.controller.placing;

import static com.intel.dra.gpu.classic.TestingObjects.gpuUid;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.DeviceSelector;
import com.intel.dra.gpu.allocation.NodeInventory;
import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.device.DeviceType;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InventoryCacheTest {

  private static final int GPU_MIB = 14_248;

  private final InventoryCache inventories = new InventoryCache();

  private static GpuAllocationState node(String name) {
    return node(name, Map.of());
  }

  private static GpuAllocationState node(String name, Map<String, List<AllocatedDevice>> prepared) {
    var gas = new GpuAllocationState();
    gas.setMetadata(new ObjectMetaBuilder().withName(name).build());
    gas.setStatus(GpuAllocationState.READY);
    gas.setSpec(
        new GpuAllocationStateSpec(
            Map.of(gpuUid(0), new AllocatableDevice(0, GPU_MIB, "0x56c0", "", "gpu", gpuUid(0))),
            prepared,
            Map.of()));
    return gas;
  }

  private static AllocatedDevice share(int memoryMiB) {
    return new AllocatedDevice(memoryMiB, "", "", "gpu", gpuUid(0));
  }

  @Test
  void aNodeThatIsAsItWasIsNotLookedUpAgain() {
    GpuAllocationState gas = node("node-1");

    NodeInventory first = inventories.of(NodeState.of(gas, Map.of("a", List.of(share(100)))));

    // the map is a new object for each call
    assertThat(inventories.of(NodeState.of(gas, Map.of("a", List.of(share(100)))))).isSameAs(first);
  }

  @Test
  void whatClaimsHoldBeyondTheRecordCountsAtOnce() {
    GpuAllocationState gas = node("node-1");
    inventories.of(NodeState.of(gas, Map.of()));

    NodeInventory now = inventories.of(NodeState.of(gas, Map.of("a", List.of(share(100)))));

    assertThat(now.allocations()).containsOnlyKeys("a");
    assertThat(inventories.of(NodeState.of(gas, Map.of())).allocations()).isEmpty();
  }

  @Test
  void anotherVersionOfTheRecordCountsAtOnce() {
    // only the record says what is prepared
    var inUse = node("node-1", Map.of("a", List.of(share(GPU_MIB))));
    var suitability = new NodeSuitability(Policy.BALANCED);
    List<DeviceRequest> wholeGpu =
        List.of(new DeviceRequest("b", DeviceType.GPU, 1, GPU_MIB, new DeviceSelector(List.of())));

    assertThat(suitability.judge(Optional.of(NodeState.of(node("node-1"), Map.of())), wholeGpu))
        .isInstanceOf(NodeAnswer.Suitable.class);
    assertThat(suitability.judge(Optional.of(NodeState.of(inUse, Map.of())), wholeGpu))
        .isInstanceOf(NodeAnswer.Unsuitable.class);
  }

  @Test
  void nodesAreKeptApart() {
    NodeState first = NodeState.of(node("node-1"), Map.of());
    NodeInventory one = inventories.of(first);
    NodeInventory two = inventories.of(NodeState.of(node("node-2"), Map.of()));

    assertThat(inventories.of(first)).as("the other has not taken its place").isSameAs(one);

    assertThat(one.nodeName()).isEqualTo("node-1");
    assertThat(two.nodeName()).isEqualTo("node-2");
  }

  @Test
  void nodesThatComeAndGoForEverFillNoMemory() {
    NodeState first = NodeState.of(node("first"), Map.of());
    NodeInventory known = inventories.of(first);

    for (int i = 0; i < InventoryCache.MOST_NODES; i++) {
      inventories.of(NodeState.of(node("node-" + i), Map.of()));
    }

    assertThat(inventories.of(first)).as("forgotten, and looked up anew").isNotSameAs(known);
  }
}
