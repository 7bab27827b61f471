package com.intel.dra.gpu.controller.records;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.DeviceSelector;
import com.intel.dra.gpu.allocation.Placement;
import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.allocation.SearchBudget;
import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.api.HostileTexts;
import com.intel.dra.gpu.controller.placing.NodeAnswer;
import com.intel.dra.gpu.controller.placing.NodeState;
import com.intel.dra.gpu.controller.placing.NodeSuitability;
import com.intel.dra.gpu.device.DeviceType;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Whatever a user writes into a GAS that its schema accepts, other nodes are used as before. */
class HostileNodeRecordTest {

  private static final String GPU = "0000:03:00.0-0x56c0";
  private static final Duration SOON = Duration.ofSeconds(20);

  private final NodeSuitability suitability = new NodeSuitability(Policy.BALANCED);

  @Provide
  Arbitrary<String> texts() {
    return HostileTexts.near(GPU);
  }

  @Provide
  Arbitrary<GpuAllocationState> junk() {
    Arbitrary<Integer> number =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, Integer.MAX_VALUE),
            Arbitraries.of(0, 1, Integer.MAX_VALUE));
    Arbitrary<AllocatableDevice> offered =
        Combinators.combine(number, number, texts(), texts(), texts(), texts())
            .as(AllocatableDevice::new);
    Arbitrary<AllocatedDevice> held =
        Combinators.combine(number, texts(), texts(), texts(), texts()).as(AllocatedDevice::new);
    Arbitrary<ClaimAllocation> allocation =
        Combinators.combine(held.list().ofMaxSize(5), texts()).as(ClaimAllocation::new);
    return Combinators.combine(
            Arbitraries.maps(texts(), offered).ofMaxSize(6),
            Arbitraries.maps(texts(), held.list().ofMaxSize(5)).ofMaxSize(4),
            Arbitraries.maps(texts(), allocation).ofMaxSize(4),
            Arbitraries.of("Ready", "NotReady", "", "x"))
        .as((all, prepared, given, status) -> gas("junk", status, all, prepared, given));
  }

  @Property(tries = 300)
  void aNodeOfNonsenseIsJudgedAndTheGoodOneIsChosen(@ForAll("junk") GpuAllocationState junk) {
    var nonsense = NodeState.of(junk, Map.of());
    var good = NodeState.of(good(), Map.of());
    for (DeviceType type : DeviceType.values()) {
      List<DeviceRequest> requests = requests(type, 2, 1000);

      NodeAnswer answer =
          Assertions.assertTimeoutPreemptively(
              SOON, () -> suitability.judge(Optional.of(nonsense), requests));

      assertThat(answer).isNotNull();
      assertThat(suitability.choose(List.of(nonsense, good), requests, new SearchBudget()))
          .isInstanceOf(Placement.class);
    }
    assertThat(RecordAudit.of(junk, List.of(), uid -> false).unfounded())
        .containsExactlyInAnyOrderElementsOf(junk.getSpec().resourceClaimAllocations().keySet());
    assertThat(FreedCapacity.grew(Optional.of(good()), junk)).isIn(true, false);
  }

  @Test
  void aRecordAsLargeAsTheApiServerTakesIsJudgedSoon() {
    var all = new HashMap<String, AllocatableDevice>();
    var given = new HashMap<String, ClaimAllocation>();
    for (int i = 0; i < 4000; i++) {
      String uid = "%04x:%02x:00.0-0x56c0".formatted(i / 256, i % 256);
      all.put(uid, new AllocatableDevice(64, 16_384, "0x56c0", "", "gpu", uid));
      given.put(
          "claim" + i,
          new ClaimAllocation(List.of(new AllocatedDevice(16_384, "", "", "gpu", uid)), ""));
    }
    var full = NodeState.of(gas("full", "Ready", all, Map.of(), given), Map.of());

    for (DeviceType type : DeviceType.values()) {
      NodeAnswer answer =
          Assertions.assertTimeoutPreemptively(
              SOON, () -> suitability.judge(Optional.of(full), requests(type, 8, 16_000)));
      assertThat(answer).isNotInstanceOf(NodeAnswer.Suitable.class);
    }
  }

  private static GpuAllocationState good() {
    var all = new HashMap<String, AllocatableDevice>();
    for (int bus = 0x10; bus < 0x14; bus++) {
      String uid = "0000:%02x:00.0-0x56c0".formatted(bus);
      all.put(uid, new AllocatableDevice(8, 16_384, "0x56c0", "", "gpu", uid));
    }
    return gas("good", "Ready", all, Map.of(), Map.of());
  }

  private static List<DeviceRequest> requests(DeviceType type, int count, int memoryMiB) {
    var requests = new ArrayList<DeviceRequest>();
    requests.add(new DeviceRequest("c", type, count, memoryMiB, DeviceSelector.EVERY_DEVICE));
    return requests;
  }

  private static GpuAllocationState gas(
      String name,
      String status,
      Map<String, AllocatableDevice> allocatable,
      Map<String, List<AllocatedDevice>> prepared,
      Map<String, ClaimAllocation> given) {
    var gas = new GpuAllocationState();
    gas.setMetadata(new ObjectMetaBuilder().withName(name).build());
    gas.setSpec(new GpuAllocationStateSpec(allocatable, prepared, given));
    gas.setStatus(status);
    return gas;
  }
}
