package com.intel.dra.gpu.allocation;

import static com.intel.dra.gpu.allocation.AllocationFixtures.devices;
import static com.intel.dra.gpu.allocation.AllocationFixtures.from;
import static com.intel.dra.gpu.allocation.AllocationFixtures.gpu;
import static com.intel.dra.gpu.allocation.AllocationFixtures.gpus;
import static com.intel.dra.gpu.allocation.AllocationFixtures.holding;
import static com.intel.dra.gpu.allocation.AllocationFixtures.node;
import static com.intel.dra.gpu.allocation.AllocationFixtures.placed;
import static com.intel.dra.gpu.allocation.AllocationFixtures.refused;
import static com.intel.dra.gpu.allocation.AllocationFixtures.splittable;
import static com.intel.dra.gpu.allocation.AllocationFixtures.uid;
import static com.intel.dra.gpu.allocation.AllocationFixtures.vf;
import static com.intel.dra.gpu.allocation.AllocationFixtures.vfs;
import static com.intel.dra.gpu.allocation.Policy.FIRST;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.DeviceSelector.Term;
import com.intel.dra.gpu.allocation.Refusal.Reason;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.PciDeviceId;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Placement on VFs that do not exist yet. */
class VfPlanningTest {

  @Test
  void vfOfTheSmallestProfileThatFitsIsPlannedOnAnIdleGpu() {
    assertThat(placed(node(splittable(0)), FIRST, vfs("a", 1, 1500)).shares())
        .containsEntry("a", List.of(DeviceShare.planned(uid(0).vf(0), 2000, "flex170_m8")));
  }

  @Test
  void existingVfIsPreferredToANewOne() {
    var node = node(splittable(0), splittable(1), vf(1, 0, 8000));

    assertThat(devices(placed(node, FIRST, vfs("a", 1, 100)), "a")).containsExactly(uid(1).vf(0));
  }

  @Test
  void gpuThatServesAClaimIsNeverSplit() {
    // the Go driver splits a GPU while claims use it
    var node = holding(node(splittable(0)), "other", DeviceShare.of(uid(0), 0));

    var refusal = refused(node, vfs("a", 1, 100));

    assertThat(refusal.reason()).isEqualTo(Reason.NOT_ENOUGH_FREE_VFS);
    assertThat(refusal.message())
        .isEqualTo(
            "not enough free VFs: asked for 1 of 100 MiB, 0 are free or can be made on idle GPUs");
  }

  @Test
  void plannedVfsTakeTheirGpuAwayAtOnce() {
    // the Go driver allocates the GPU as a whole until its VFs are made
    var node = node(splittable(0));
    node = node.with(placed(node, FIRST, vfs("a", 1, 100)));

    assertThat(refused(node, gpus("b", 1, 0)).reason()).isEqualTo(Reason.DEVICES_ARE_VF_HOSTS);
  }

  @Test
  void releasedVfsMakeTheirGpuAWholeOneAgain() {
    var node = node(splittable(0));
    node = node.with(placed(node, FIRST, vfs("a", 1, 100))).without(List.of("a"));

    assertThat(devices(placed(node, FIRST, gpus("b", 1, 0)), "b")).containsExactly(uid(0));
  }

  @Test
  void whatIsPlannedOnAGpuThatCanHaveNoOthersStaysTaken() {
    // the agent says maxvfs 0 while it cannot make them
    DeviceShare planned =
        placed(node(splittable(0)), FIRST, vfs("a", 1, 100))
            .shares()
            .getOrDefault("a", List.of())
            .getFirst();
    var node = holding(node(splittable(0, 16256, 0)), "a", planned);

    assertThat(refused(node, vfs("b", 1, 100)).reason()).isEqualTo(Reason.NO_MATCHING_DEVICE);
    assertThat(refused(node, gpus("c", 1, 0)).reason()).isEqualTo(Reason.DEVICES_ARE_VF_HOSTS);
    assertThat(devices(placed(node.without(List.of("a")), FIRST, gpus("c", 1, 0)), "c"))
        .as("as a whole when nobody waits for VFs of it")
        .containsExactly(uid(0));
  }

  @Test
  void podWithAGpuAndAVfClaimNeedsTwoGpus() {
    var pod = new DeviceRequest[] {gpus("gpu", 1, 0), vfs("vf", 1, 0)};

    assertThat(refused(node(splittable(0)), pod).reason())
        .isEqualTo(Reason.CLAIMS_DO_NOT_FIT_TOGETHER);
    var placement = placed(node(splittable(0), splittable(1)), FIRST, pod);
    assertThat(devices(placement, "vf")).containsExactly(uid(0).vf(0));
    assertThat(devices(placement, "gpu")).containsExactly(uid(1));
  }

  @Test
  void vfsAreNotPlannedOnTheOnlyGpuThatAGpuClaimOfThePodFits() {
    var node = node(splittable(0, 16256), splittable(1, 4000));

    var placement = placed(node, FIRST, vfs("vf", 1, 0), gpus("gpu", 1, 10000));

    assertThat(devices(placement, "vf")).containsExactly(uid(1).vf(0));
    assertThat(devices(placement, "gpu")).containsExactly(uid(0));
  }

  @Test
  void claimForAsManyVfsAsTheProfileHasFillsOneGpu() {
    var placement = placed(node(splittable(0), splittable(1)), FIRST, vfs("a", 8, 1500));

    assertThat(devices(placement, "a"))
        .isEqualTo(IntStream.range(0, 8).mapToObj(uid(0)::vf).toList());
  }

  @Test
  void vfsOfOneClaimAreSpreadOverExistingOnesAndSeveralGpus() {
    var node = node(splittable(0), splittable(1), splittable(2), vf(2, 5, 9000));

    assertThat(devices(placed(node, FIRST, vfs("a", 4, 7000)), "a"))
        .containsExactly(uid(0).vf(0), uid(0).vf(1), uid(1).vf(0), uid(2).vf(5));
  }

  @Test
  void claimsOfDifferentPodsShareAGpuWhoseVfsAreNotMadeYet() {
    var node = node(splittable(0), splittable(1));
    node = node.with(placed(node, FIRST, vfs("a", 2, 1500)));

    var shares = placed(node, FIRST, vfs("b", 1, 1900)).shares();

    assertThat(shares)
        .containsEntry("b", List.of(DeviceShare.planned(uid(0).vf(2), 2000, "flex170_m8")));
  }

  @Test
  void indicesThatAReleasedClaimLeftAreFilledFirst() {
    var node = node(splittable(0));
    for (String claim : List.of("a", "b", "c")) {
      node = node.with(placed(node, FIRST, vfs(claim, 1, 1500)));
    }
    node = node.without(List.of("b"));

    assertThat(devices(placed(node, FIRST, vfs("d", 2, 1500)), "d"))
        .containsExactly(uid(0).vf(1), uid(0).vf(3));
  }

  @Test
  void vfsOfOneGpuAreAllOfTheProfileThatTheLargestClaimOfThePodNeeds() {
    // the Go driver's example of one pod with VFs of 2048 and 4096 MiB, on one GPU
    var shares =
        placed(node(splittable(0)), FIRST, vfs("small", 1, 2048), vfs("large", 1, 4096)).shares();

    assertThat(shares)
        .containsEntry("large", List.of(DeviceShare.planned(uid(0).vf(0), 8000, "flex170_m2")))
        .containsEntry("small", List.of(DeviceShare.planned(uid(0).vf(1), 8000, "flex170_m2")));
  }

  @Test
  void largerVfIsPlannedOnAnotherGpuThanSmallerOnesThatAreNotMadeYet() {
    var node = node(splittable(0), splittable(1));
    node = node.with(placed(node, FIRST, vfs("a", 1, 1500)));

    assertThat(placed(node, FIRST, vfs("b", 1, 4000)).shares())
        .containsEntry("b", List.of(DeviceShare.planned(uid(1).vf(0), 4000, "flex170_m4")));
  }

  @Test
  void onceVfsExistNoneIsAdded() {
    var node = node(splittable(0), vf(0, 0, 2000));
    node = holding(node, "a", DeviceShare.planned(uid(0).vf(0), 2000, "flex170_m8"));

    assertThat(refused(node, vfs("b", 1, 0)).reason()).isEqualTo(Reason.NOT_ENOUGH_FREE_VFS);
  }

  @Test
  void plannedVfIsKeptBeforeAndAfterItIsMade() {
    var planned = DeviceShare.planned(uid(0).vf(1), 2000, "flex170_m8");
    var before = holding(node(splittable(0)), "a", planned);
    var after = holding(node(splittable(0), vf(0, 0, 2000), vf(0, 1, 2000)), "a", planned);

    for (var node : List.of(before, after)) {
      assertThat(placed(node, FIRST, vfs("a", 1, 1500)).shares())
          .containsEntry("a", List.of(planned));
    }
    assertThat(devices(placed(after, FIRST, vfs("b", 1, 0)), "b")).containsExactly(uid(0).vf(0));
  }

  @Test
  void gpuWithPlansThatAreNotOursStaysAVfHostAndGetsNoMore() {
    var mixed =
        holding(
            node(splittable(0)),
            "a",
            DeviceShare.planned(uid(0).vf(0), 2000, "flex170_m8"),
            DeviceShare.planned(uid(0).vf(1), 4000, "flex170_m4"));
    var unknown =
        holding(node(splittable(0)), "a", DeviceShare.planned(uid(0).vf(0), 2000, "unheard_of"));
    var vanished = holding(node(splittable(0)), "a", DeviceShare.of(uid(0).vf(0), 2000));
    var twice =
        holding(
            holding(
                node(splittable(0)), "a", DeviceShare.planned(uid(0).vf(0), 2000, "flex170_m8")),
            "b",
            DeviceShare.planned(uid(0).vf(0), 2000, "flex170_m8"));

    for (var node : List.of(mixed, unknown, vanished, twice)) {
      assertThat(refused(node, vfs("c", 1, 0)).reason()).isEqualTo(Reason.NOT_ENOUGH_FREE_VFS);
      assertThat(refused(node, gpus("c", 1, 0)).reason()).isEqualTo(Reason.DEVICES_ARE_VF_HOSTS);
    }
  }

  @Test
  void claimWhoseVfVanishedIsPlannedAnew() {
    var node = holding(node(splittable(0)), "a", DeviceShare.of(uid(0).vf(3), 2000));

    assertThat(placed(node, FIRST, vfs("a", 1, 2000)).shares())
        .containsEntry("a", List.of(DeviceShare.planned(uid(0).vf(0), 2000, "flex170_m8")));
  }

  @Test
  void gpuThatIsTooSmallIsRefusedWithTheLargestPossibleVf() {
    var refusal = refused(node(splittable(0)), vfs("a", 1, 16001));

    assertThat(refusal.reason()).isEqualTo(Reason.NOT_ENOUGH_MEMORY);
    assertThat(refusal.message())
        .isEqualTo("not enough memory on any VF: asked for 16001 MiB, largest possible 16000 MiB");
  }

  @Test
  void nodeThatCanNeverHaveAsManyVfsSaysSo() {
    var refusal = refused(node(splittable(0)), vfs("a", 3, 8000));

    assertThat(refusal.reason()).isEqualTo(Reason.NOT_ENOUGH_DEVICES);
    assertThat(refusal.message())
        .isEqualTo("not enough VFs: asked for 3 of 8000 MiB, the node can have 2");
  }

  @Test
  void gpuWithoutSriovHasNoVfs() {
    assertThat(refused(node(gpu(0, 16256)), vfs("a", 1, 0)).message())
        .isEqualTo("the node has no VF, and no GPU that can be split into VFs");
  }

  @Test
  void modelWithoutProfilesIsSplitIntoFairShares() {
    DeviceUid uid = uid(0, new PciDeviceId("0xe211"));
    var node = node(new Device(uid, 24_480, 12));

    assertThat(placed(node, FIRST, vfs("a", 1, 1500)).shares())
        .containsEntry("a", List.of(DeviceShare.planned(uid.vf(0), 2048, "fairShare_11")));
    assertThat(placed(node, FIRST, vfs("a", 1, 0)).shares())
        .containsEntry("a", List.of(DeviceShare.planned(uid.vf(0), 1024, "fairShare_12")));
  }

  @Test
  void noMoreVfsArePlannedThanTheKernelsEqualSharesAllow() {
    DeviceUid uid = uid(0, new PciDeviceId("0x56c0"));

    assertThat(devices(placed(node(new Device(uid, 16_000, 16)), FIRST, vfs("a", 4, 4000)), "a"))
        .hasSize(4);
    var equalShares = node(new Device(uid, 16_000, 16, true));
    assertThat(devices(placed(equalShares, FIRST, vfs("a", 3, 4000)), "a")).hasSize(3);
    assertThat(refused(equalShares, vfs("a", 4, 4000)).message())
        .isEqualTo("not enough VFs: asked for 4 of 4000 MiB, the node can have 3");
  }

  @Test
  void integratedGpuCanBeSplitForClaimsWithoutMemory() {
    DeviceUid uid = uid(0, new PciDeviceId("0xb080"));
    var node = node(new Device(uid, 0, 7));

    assertThat(devices(placed(node, FIRST, vfs("a", 7, 0)), "a")).hasSize(7);
    assertThat(refused(node, vfs("a", 1, 8)).reason()).isEqualTo(Reason.NOT_ENOUGH_MEMORY);
  }

  @Test
  void selectorLimitsTheGpusThatAreSplit() {
    var node = node(splittable(0), splittable(1));

    assertThat(
            devices(
                placed(node, FIRST, from(vfs("a", 1, 0), new Term(DeviceType.VF, "*01:00.0"))),
                "a"))
        .containsExactly(uid(1).vf(0));
    assertThat(refused(node, from(vfs("a", 1, 0), new Term(DeviceType.GPU, "*"))).reason())
        .isEqualTo(Reason.NO_MATCHING_DEVICE);
  }

  @Test
  void onlyVfsWhoseIndexTheClassSelectsAreCounted() {
    var first = new Term(DeviceType.VF, uid(0).vf(0).toString());
    var second = new Term(DeviceType.VF, uid(0).vf(1).toString());
    var node = node(splittable(0), splittable(1));

    assertThat(devices(placed(node, FIRST, from(vfs("a", 2, 0), first, second)), "a"))
        .containsExactly(uid(0).vf(0), uid(0).vf(1));
    var refusal = refused(node, from(vfs("a", 2, 0), first));
    assertThat(refusal.reason()).isEqualTo(Reason.NOT_ENOUGH_DEVICES);
    assertThat(refusal.claimUid()).contains("a");
    assertThat(refusal.message())
        .isEqualTo("not enough VFs: asked for 2 of 0 MiB, the node can have 1");
  }

  @Test
  void aVfThatTheClassSelectsAndOthersHoldIsNotFree() {
    var first = new Term(DeviceType.VF, uid(0).vf(0).toString());
    var second = new Term(DeviceType.VF, uid(0).vf(1).toString());
    var node = node(splittable(0));
    node = node.with(placed(node, FIRST, vfs("a", 1, 0)));

    assertThat(refused(node, from(vfs("b", 2, 0), first, second)).message())
        .isEqualTo(
            "not enough free VFs: asked for 2 of 0 MiB, 1 are free or can be made on idle GPUs");
    assertThat(refused(node, from(vfs("b", 2, 0), second)).message())
        .isEqualTo("not enough VFs: asked for 2 of 0 MiB, the node can have 1");
  }

  /**
   * The Go driver's test of unsuitable nodes without its two tainted GPUs (we have no taints): four
   * devices for GPU claims, or four for VF claims. Its GPUs can have one VF each, a single one of
   * the smallest profile.
   */
  @Test
  @Timeout(5)
  void exactlyAsManyClaimsFitAsTheGoDriversNodeHasDevices() {
    var node =
        node(
            splittable(0, 16256, 1),
            splittable(1, 16256, 1),
            splittable(2),
            vf(2, 0, 8000),
            vf(2, 1, 8000),
            gpu(3, 16256),
            gpu(4, 16256));

    assertThat(Allocator.place(node, claims(4, DeviceType.GPU), FIRST, new SearchBudget()))
        .isInstanceOf(Placement.class);
    assertThat(Allocator.place(node, claims(5, DeviceType.GPU), FIRST, new SearchBudget()))
        .isInstanceOf(Refusal.class);
    assertThat(Allocator.place(node, claims(4, DeviceType.VF), FIRST, new SearchBudget()))
        .isInstanceOf(Placement.class);
    assertThat(Allocator.place(node, claims(5, DeviceType.VF), FIRST, new SearchBudget()))
        .isInstanceOf(Refusal.class);
  }

  /**
   * The Go driver's GPU claims are exclusive; ours are exclusive if they request more than half a
   * GPU.
   */
  private static List<DeviceRequest> claims(int number, DeviceType type) {
    return IntStream.range(0, number)
        .mapToObj(
            i ->
                switch (type) {
                  case GPU -> gpus("claim" + i, 1, 9000);
                  case VF -> vfs("claim" + i, 1, 0);
                })
        .toList();
  }
}
