package com.intel.dra.gpu.allocation;

import static com.intel.dra.gpu.allocation.AllocationFixtures.FLEX_170_MIB;
import static com.intel.dra.gpu.allocation.AllocationFixtures.devices;
import static com.intel.dra.gpu.allocation.AllocationFixtures.from;
import static com.intel.dra.gpu.allocation.AllocationFixtures.gpu;
import static com.intel.dra.gpu.allocation.AllocationFixtures.gpus;
import static com.intel.dra.gpu.allocation.AllocationFixtures.holding;
import static com.intel.dra.gpu.allocation.AllocationFixtures.node;
import static com.intel.dra.gpu.allocation.AllocationFixtures.placed;
import static com.intel.dra.gpu.allocation.AllocationFixtures.refused;
import static com.intel.dra.gpu.allocation.AllocationFixtures.uid;
import static com.intel.dra.gpu.allocation.AllocationFixtures.uids;
import static com.intel.dra.gpu.allocation.AllocationFixtures.vf;
import static com.intel.dra.gpu.allocation.Policy.BALANCED;
import static com.intel.dra.gpu.allocation.Policy.FIRST;
import static com.intel.dra.gpu.allocation.Policy.PACKED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.intel.dra.gpu.allocation.DeviceSelector.Term;
import com.intel.dra.gpu.allocation.Refusal.Reason;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GpuPlacementTest {

  private static final DeviceShare ON_GPU_0 = DeviceShare.of(uid(0), 500);

  @Test
  void claimHoldsTheMemoryItAskedForAndNoMore() {
    var placement = placed(node(gpu(0, FLEX_170_MIB)), FIRST, gpus("a", 1, 512));

    assertThat(placement.nodeName()).isEqualTo("node");
    assertThat(placement.shares())
        .containsOnlyKeys("a")
        .containsEntry("a", List.of(DeviceShare.of(uid(0), 512)));
  }

  @Test
  void oneGpuServesClaimsUntilItsMemoryIsGiven() {
    var node = node(gpu(0, FLEX_170_MIB));
    for (int i = 0; i < FLEX_170_MIB / 512; i++) {
      node = node.with(placed(node, FIRST, gpus("claim" + i, 1, 512)));
    }

    assertThat(node.allocations()).hasSize(27);
    assertThat(refused(node, gpus("one too many", 1, 512)).reason())
        .isEqualTo(Reason.NOT_ENOUGH_MEMORY);
  }

  @Test
  void oneGpuServesAsManyClaimsAsTheAgentPreparesWhateverItsMemory() {
    var node = node(gpu(0, FLEX_170_MIB));
    for (int i = 0; i < Gpu.MAX_SHARES; i++) {
      node = node.with(placed(node, FIRST, gpus("claim" + i, 1, i % 2)));
    }

    var refused = refused(node, gpus("one too many", 1, 0));
    assertThat(refused.reason()).isEqualTo(Reason.NOT_ENOUGH_DEVICES);
    assertThat(refused.message()).contains("shared by the maximum of 256 claims");
  }

  @Test
  void claimsThatAreTogetherDoNotTakeMoreSharesThanThereAre() {
    var node = node(gpu(0, FLEX_170_MIB), gpu(1, FLEX_170_MIB));
    for (int i = 0; i < Gpu.MAX_SHARES - 1; i++) {
      node = holding(node, "claim" + i, DeviceShare.of(uid(0), 0));
    }

    var both = placed(node, FIRST, gpus("a", 1, 0), gpus("b", 1, 0));

    assertThat(devices(both, "a")).isEqualTo(uids(0));
    assertThat(devices(both, "b")).isEqualTo(uids(1));
  }

  @Test
  void requestThatFitsExactlyIsPlacedAndOneMebibyteMoreIsNot() {
    var halfFull = holding(node(gpu(0, 1000)), "other", ON_GPU_0);

    assertThat(devices(placed(halfFull, FIRST, gpus("a", 1, 500)), "a")).isEqualTo(uids(0));
    assertThat(refused(halfFull, gpus("a", 1, 501)).reason()).isEqualTo(Reason.NOT_ENOUGH_MEMORY);
  }

  @Test
  void claimWithoutMemoryFitsAFullGpu() {
    var full = holding(node(gpu(0, 500)), "other", ON_GPU_0);

    assertThat(devices(placed(full, FIRST, gpus("a", 1, 0)), "a")).isEqualTo(uids(0));
  }

  @Test
  void claimWithoutMemoryFitsAnIntegratedGpuAndOneWithMemoryDoesNot() {
    assertThat(devices(placed(node(gpu(0, 0)), FIRST, gpus("a", 1, 0)), "a")).isEqualTo(uids(0));
    assertThat(refused(node(gpu(0, 0)), gpus("a", 1, 8)).reason())
        .isEqualTo(Reason.NOT_ENOUGH_MEMORY);
  }

  @Test
  void countMeansDifferentGpus() {
    var node = node(gpu(0, 1000), gpu(1, 1000), gpu(2, 1000));

    assertThat(devices(placed(node, FIRST, gpus("a", 3, 10)), "a")).isEqualTo(uids(0, 1, 2));
    assertThat(refused(node, gpus("a", 4, 10)).reason()).isEqualTo(Reason.NOT_ENOUGH_DEVICES);
    assertThat(refused(node, gpus("a", 4, 0)).reason()).isEqualTo(Reason.NOT_ENOUGH_DEVICES);
  }

  @Test
  void twoClaimsOfMoreThanHalfAGpuInOnePodLandOnTwoGpus() {
    var node = node(gpu(0, FLEX_170_MIB), gpu(1, FLEX_170_MIB));
    for (Policy policy : Policy.values()) {
      var placement = placed(node, policy, gpus("a", 1, 7125), gpus("b", 1, 7125));

      assertThat(devices(placement, "a")).isEqualTo(uids(0));
      assertThat(devices(placement, "b")).isEqualTo(uids(1));
    }
  }

  @Test
  void claimsOfOnePodAreRefusedTogetherWhenOneGpuCannotServeBoth() {
    var refusal =
        refused(node(gpu(0, FLEX_170_MIB)), gpus("a", 1, FLEX_170_MIB / 2 + 1), gpus("b", 1, 7125));

    assertThat(refusal.reason()).isEqualTo(Reason.CLAIMS_DO_NOT_FIT_TOGETHER);
    assertThat(refusal.claimUid()).isEmpty();
    assertThat(refusal.message()).contains("2 claims");
  }

  @Test
  void smallClaimNamedFirstDoesNotTakeTheOnlyGpuThatFitsTheLargeOne() {
    var node = node(gpu(0, 1000), gpu(1, 200));

    var placement = placed(node, BALANCED, gpus("a small", 1, 200), gpus("b large", 1, 900));

    assertThat(devices(placement, "b large")).isEqualTo(uids(0));
    assertThat(devices(placement, "a small")).isEqualTo(uids(1));
  }

  @Test
  void searchGoesBackWhereTheFirstChoiceLeadsNowhere() {
    // balanced puts 60 on the GPU with 100 first, and then there is no room for both 50 and 50
    var node = node(gpu(0, 100), gpu(1, 60));

    var placement = placed(node, BALANCED, gpus("a", 1, 60), gpus("b", 1, 50), gpus("c", 1, 50));

    assertThat(devices(placement, "a")).isEqualTo(uids(1));
    assertThat(devices(placement, "b")).isEqualTo(uids(0));
    assertThat(devices(placement, "c")).isEqualTo(uids(0));
  }

  @Test
  void narrowSelectorIsServedThoughAnotherClaimWouldPreferItsGpu() {
    var node = node(gpu(0, 1000), gpu(1, 1000));
    var onlyGpu0 = new Term(DeviceType.GPU, uid(0).toString());

    var placement = placed(node, FIRST, gpus("a", 1, 800), from(gpus("b", 1, 800), onlyGpu0));

    assertThat(devices(placement, "b")).isEqualTo(uids(0));
    assertThat(devices(placement, "a")).isEqualTo(uids(1));
  }

  @Test
  void impossiblePodOfManyClaimsIsRefusedWithoutTryingAllCombinations() {
    var node =
        node(gpu(0, 1000), gpu(1, 1001), gpu(2, 1002), gpu(3, 1003), gpu(4, 1004), gpu(5, 1005));
    var requests = new DeviceRequest[7];
    for (int i = 0; i < requests.length; i++) {
      requests[i] = gpus("claim" + i, 1, 600);
    }

    assertThat(refused(node, requests).reason()).isEqualTo(Reason.CLAIMS_DO_NOT_FIT_TOGETHER);
  }

  @Test
  void searchThatWasEndedSaysSo() {
    // 8 claims fill 8 different GPUs in 8! ways, and each of them leaves too little for the last
    // claim
    var devices = new Device[8];
    var requests = new DeviceRequest[9];
    for (int i = 0; i < devices.length; i++) {
      devices[i] = gpu(i, 1000 + i);
      requests[i] = gpus("claim" + i, 1, 600 + i);
    }
    requests[8] = gpus("last", 1, 420);

    assertThat(refused(node(devices), requests).reason()).isEqualTo(Reason.TOO_MANY_COMBINATIONS);
  }

  @Test
  void gpuWithVfsIsNoPlainGpu() {
    var node = node(gpu(0, 1000), vf(0, 0, 500));

    var refusal = refused(node, gpus("a", 1, 0));

    assertThat(refusal.reason()).isEqualTo(Reason.DEVICES_ARE_VF_HOSTS);
    assertThat(refusal.message())
        .isEqualTo("not enough whole GPUs: asked for 1, 1 of the node's 1 are split into VFs");
  }

  @Test
  void gpuWithPlannedVfsIsNoPlainGpu() {
    var planned = DeviceShare.planned(uid(0).vf(0), 500, "flex170_m8");
    var node = holding(node(gpu(0, 1000), gpu(1, 1000)), "other", planned);

    assertThat(devices(placed(node, FIRST, gpus("a", 1, 0)), "a")).isEqualTo(uids(1));
    assertThat(refused(node, gpus("a", 2, 0)).reason()).isEqualTo(Reason.DEVICES_ARE_VF_HOSTS);
  }

  @Test
  void vfIsNoGpu() {
    assertThat(refused(node(vf(0, 0, 1000)), gpus("a", 1, 0)).reason())
        .isEqualTo(Reason.NO_MATCHING_DEVICE);
  }

  @Test
  void refusalNamesTheFiguresAndTheClaim() {
    var refusal = refused(node(gpu(0, 500), gpu(1, FLEX_170_MIB)), gpus("a", 1, 15000));

    assertThat(refusal.message())
        .isEqualTo("not enough memory on any GPU: asked for 15000 MiB, largest free 14248 MiB");
    assertThat(refusal.claimUid()).contains("a");
    assertThat(refusal.reason().label()).isEqualTo("not_enough_memory");
  }

  @Test
  void refusalOfOneClaimAmongSeveralNamesTheOneThatDoesNotFit() {
    var refusal = refused(node(gpu(0, 1000)), gpus("a", 1, 10), gpus("b", 2, 10), gpus("c", 1, 10));

    assertThat(refusal.claimUid()).contains("b");
  }

  @Test
  void refusalOfAnEmptyNodeSaysThatItIsEmpty() {
    assertThat(refused(node(), gpus("a", 1, 0)).message()).isEqualTo("the node has no GPU");
  }

  @Test
  void allocatedClaimThatStillFitsIsKeptAndNotCountedTwice() {
    var node = holding(node(gpu(0, 1000), gpu(1, 1000)), "a", DeviceShare.of(uid(1), 900));
    for (Policy policy : Policy.values()) {
      assertThat(devices(placed(node, policy, gpus("a", 1, 900)), "a")).isEqualTo(uids(1));
    }
  }

  @Test
  void keptClaimIsChargedToTheOthersOfThePod() {
    var node = holding(node(gpu(0, 1000), gpu(1, 1000)), "a", DeviceShare.of(uid(0), 900));

    var placement = placed(node, FIRST, gpus("a", 1, 900), gpus("b", 1, 200));

    assertThat(devices(placement, "a")).isEqualTo(uids(0));
    assertThat(devices(placement, "b")).isEqualTo(uids(1));
  }

  @Test
  void claimThatNowAsksForMoreIsTakenOutFirstAndThenPlacedAnew() {
    var node = holding(node(gpu(0, 1000)), "a", DeviceShare.of(uid(0), 300));

    var placement = placed(node, FIRST, gpus("a", 1, 1000));

    assertThat(placement.shares()).containsEntry("a", List.of(DeviceShare.of(uid(0), 1000)));
  }

  @Test
  void claimWhoseGpuIsGoneOrBecameAVfHostIsPlacedAnew() {
    var gone = holding(node(gpu(0, 1000)), "a", DeviceShare.of(uid(7), 300));
    var split =
        holding(node(gpu(0, 1000), gpu(1, 1000), vf(1, 0, 500)), "a", DeviceShare.of(uid(1), 300));

    assertThat(devices(placed(gone, FIRST, gpus("a", 1, 300)), "a")).isEqualTo(uids(0));
    assertThat(devices(placed(split, FIRST, gpus("a", 1, 300)), "a")).isEqualTo(uids(0));
  }

  @Test
  void claimOnAGpuThatShrankBelowWhatWasGivenIsPlacedAnew() {
    // ECC was switched on: the GPU has less memory than before
    var node = holding(node(gpu(0, 800), gpu(1, 1000)), "a", DeviceShare.of(uid(0), 900));

    assertThat(devices(placed(node, FIRST, gpus("a", 1, 900)), "a")).isEqualTo(uids(1));
  }

  @Test
  void claimThatHoldsOneGpuTwiceIsPlacedAnewOnDifferentOnes() {
    var twice = DeviceShare.of(uid(0), 100);
    var node = holding(node(gpu(0, 1000), gpu(1, 1000)), "a", twice, twice);

    assertThat(devices(placed(node, FIRST, gpus("a", 2, 100)), "a")).isEqualTo(uids(0, 1));
  }

  @Test
  void claimOnAGpuThatItsClassDoesNotGiveOutAnyMoreIsPlacedAnew() {
    var node = holding(node(gpu(0, 1000), gpu(1, 1000)), "a", DeviceShare.of(uid(0), 100));
    var second = new Term(DeviceType.GPU, "0000:01:00.0");

    assertThat(devices(placed(node, FIRST, from(gpus("a", 1, 100), second)), "a"))
        .isEqualTo(uids(1));
  }

  @Test
  void allocationsOfUnknownDevicesAreTolerated() {
    var node =
        holding(
            node(gpu(0, 1000)),
            "stale",
            DeviceShare.of(uid(9), 1000),
            DeviceShare.of(uid(9).vf(3), 1000));

    assertThat(devices(placed(node, FIRST, gpus("a", 1, 1000)), "a")).isEqualTo(uids(0));
  }

  @Test
  void hugeAmountsDoNotOverflow() {
    var node = node(gpu(0, Integer.MAX_VALUE));
    node = holding(node, "x", DeviceShare.of(uid(0), Integer.MAX_VALUE));
    node = holding(node, "y", DeviceShare.of(uid(0), Integer.MAX_VALUE));
    node = holding(node, "z", DeviceShare.of(uid(0), Integer.MAX_VALUE));

    assertThat(refused(node, gpus("a", 1, 1)).message())
        .isEqualTo("not enough memory on any GPU: asked for 1 MiB, largest free 0 MiB");
    assertThat(refused(node, gpus("a", 1, Integer.MAX_VALUE)).reason())
        .isEqualTo(Reason.NOT_ENOUGH_MEMORY);
  }

  /**
   * The GPUs in the Go driver's test of its policies: memories 100, 1, 10, 20, 30, 40, of which 1,
   * 1, 1, 15, 1, 1 are allocated.
   */
  private static NodeInventory goDriversSixGpus() {
    int[] memoryMiB = {100, 1, 10, 20, 30, 40};
    int[] givenMiB = {1, 1, 1, 15, 1, 1};
    var devices = new Device[memoryMiB.length];
    for (int i = 0; i < devices.length; i++) {
      devices[i] = gpu(i, memoryMiB[i]);
    }
    var node = node(devices);
    for (int i = 0; i < devices.length; i++) {
      node = holding(node, "holder" + i, DeviceShare.of(uid(i), givenMiB[i]));
    }
    return node;
  }

  @Test
  void policiesChooseWhatTheGoDriverChooses() {
    var node = goDriversSixGpus();

    assertThat(devices(placed(node, FIRST, gpus("a", 4, 6)), "a"))
        .isEqualTo(uids(0, 2, 4, 5)); // 100, 10, 30, 40
    assertThat(devices(placed(node, BALANCED, gpus("a", 2, 5)), "a"))
        .isEqualTo(uids(0, 5)); // 100, 40
    assertThat(devices(placed(node, PACKED, gpus("a", 2, 5)), "a")).isEqualTo(uids(2, 3)); // 10, 20
  }

  @Test
  void balancedSpreadsClaimsWithoutMemoryAndPackedGathersThem() {
    var balanced = node(gpu(0, 1000), gpu(1, 1000), gpu(2, 1000));
    var packed = balanced;
    for (String claim : List.of("a", "b", "c")) {
      balanced = balanced.with(placed(balanced, BALANCED, gpus(claim, 1, 0)));
      packed = packed.with(placed(packed, PACKED, gpus(claim, 1, 0)));
    }

    assertThat(holders(balanced)).containsExactlyInAnyOrderElementsOf(uids(0, 1, 2));
    assertThat(holders(packed)).containsOnly(uid(0));
  }

  private static List<DeviceUid> holders(NodeInventory node) {
    return node.allocations().values().stream().flatMap(held -> uids(held).stream()).toList();
  }

  @Test
  void selectorLimitsTheGpusAndTheRefusalSaysSo() {
    var node = node(gpu(0, 1000), gpu(1, 1000));
    var second = new Term(DeviceType.GPU, "0000:01:00.0");
    var other = new Term(DeviceType.GPU, "0x56c1");

    assertThat(devices(placed(node, FIRST, from(gpus("a", 1, 0), second)), "a")).isEqualTo(uids(1));
    assertThat(refused(node, from(gpus("a", 2, 0), second)).reason())
        .isEqualTo(Reason.NOT_ENOUGH_DEVICES);
    var refusal = refused(node, from(gpus("a", 1, 0), other));
    assertThat(refusal.reason()).isEqualTo(Reason.NO_MATCHING_DEVICE);
    assertThat(refusal.message())
        .isEqualTo("the deviceSelector of the class matches none of the node's 2 GPUs");
  }

  @Test
  void noRequestsAreAnEmptyPlacement() {
    assertThat(placed(node(), FIRST).shares()).isEmpty();
  }

  @Test
  void twoRequestsOfOneClaimAreAMistake() {
    assertThatThrownBy(() -> placed(node(gpu(0, 10)), FIRST, gpus("a", 1, 0), gpus("a", 1, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("claim a");
  }

  @Test
  void moreRequestsThanTheLimitAreAMistakeAndNotSearchedFor() {
    DeviceRequest[] tooMany =
        IntStream.rangeClosed(0, Allocator.MAX_REQUESTS)
            .mapToObj(number -> gpus("c" + number, 1, 0))
            .toArray(DeviceRequest[]::new);

    assertThatThrownBy(() -> placed(node(gpu(0, 10)), FIRST, tooMany))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("129 requests, at most 128");
  }
}
