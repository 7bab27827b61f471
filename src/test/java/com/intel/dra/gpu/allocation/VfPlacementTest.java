package com.intel.dra.gpu.allocation;

import static com.intel.dra.gpu.allocation.AllocationFixtures.devices;
import static com.intel.dra.gpu.allocation.AllocationFixtures.from;
import static com.intel.dra.gpu.allocation.AllocationFixtures.gpu;
import static com.intel.dra.gpu.allocation.AllocationFixtures.gpus;
import static com.intel.dra.gpu.allocation.AllocationFixtures.holding;
import static com.intel.dra.gpu.allocation.AllocationFixtures.node;
import static com.intel.dra.gpu.allocation.AllocationFixtures.placed;
import static com.intel.dra.gpu.allocation.AllocationFixtures.refused;
import static com.intel.dra.gpu.allocation.AllocationFixtures.uid;
import static com.intel.dra.gpu.allocation.AllocationFixtures.vf;
import static com.intel.dra.gpu.allocation.AllocationFixtures.vfs;
import static com.intel.dra.gpu.allocation.Policy.FIRST;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.DeviceSelector.Term;
import com.intel.dra.gpu.allocation.Refusal.Reason;
import com.intel.dra.gpu.device.DeviceType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Placement on existing VFs. */
class VfPlacementTest {

  @Test
  void smallestVfThatFitsIsGivenWithAllItsMemoryUnderEveryPolicy() {
    var node = node(gpu(0, 8000), vf(0, 0, 4000), vf(0, 1, 1000), vf(0, 2, 2000));
    for (Policy policy : Policy.values()) {
      assertThat(placed(node, policy, vfs("a", 1, 1001)).shares())
          .containsEntry("a", List.of(DeviceShare.of(uid(0).vf(2), 2000)));
    }
  }

  @Test
  void oneVfServesOneClaimEvenWithoutMemory() {
    // the Go driver allocates an allocated VF again if the claim requests no memory
    var node = holding(node(gpu(0, 1000), vf(0, 0, 1000)), "other", share(0, 0, 1000));

    var refusal = refused(node, vfs("a", 1, 0));

    assertThat(refusal.reason()).isEqualTo(Reason.NOT_ENOUGH_FREE_VFS);
    assertThat(refusal.claimUid()).contains("a");
  }

  @Test
  void claimsOfOnePodGetDifferentVfsAndTheLargerRequestTheLargerVf() {
    var node = node(gpu(0, 3000), vf(0, 0, 1000), vf(0, 1, 2000));

    var placement = placed(node, FIRST, vfs("a", 1, 0), vfs("b", 1, 900));

    assertThat(devices(placement, "a")).containsExactly(uid(0).vf(1));
    assertThat(devices(placement, "b")).containsExactly(uid(0).vf(0));
  }

  @Test
  void vfsOfOneClaimMayBelongToSeveralGpus() {
    var node = node(gpu(0, 1000), vf(0, 0, 1000), gpu(1, 1000), vf(1, 0, 1000));

    assertThat(devices(placed(node, FIRST, vfs("a", 2, 1000)), "a"))
        .containsExactly(uid(0).vf(0), uid(1).vf(0));
  }

  @Test
  void gpuAndVfClaimsOfOnePodAreServedByDifferentGpus() {
    var node = node(gpu(0, 1000), vf(0, 0, 500), gpu(1, 1000));

    var placement = placed(node, FIRST, gpus("gpu", 1, 0), vfs("vf", 1, 0));

    assertThat(devices(placement, "gpu")).containsExactly(uid(1));
    assertThat(devices(placement, "vf")).containsExactly(uid(0).vf(0));
  }

  @Test
  void selectorsOfSeveralVfClaimsAreAllMet() {
    var node = node(vf(0, 0, 1000), vf(1, 0, 1000));
    var onlyGpu0 = new Term(DeviceType.VF, "0000:00:00.0");

    var placement = placed(node, FIRST, vfs("a", 1, 500), from(vfs("b", 1, 500), onlyGpu0));

    assertThat(devices(placement, "a")).containsExactly(uid(1).vf(0));
    assertThat(devices(placement, "b")).containsExactly(uid(0).vf(0));
  }

  @Test
  void hopelessGpuClaimsAreRefusedWithoutTryingAllVfsForTheVfClaimsOfThePod() {
    var devices = new ArrayList<Device>();
    devices.add(gpu(9, 1000));
    for (int index = 0; index < 64; index++) {
      devices.add(vf(0, index, 1000 + index));
    }

    var refusal =
        refused(
            node(devices.toArray(Device[]::new)),
            vfs("a", 8, 500),
            vfs("b", 8, 400),
            gpus("c", 1, 600),
            gpus("d", 1, 600));

    assertThat(refusal.reason()).isEqualTo(Reason.CLAIMS_DO_NOT_FIT_TOGETHER);
  }

  @Test
  void tooLargeARequestIsRefusedWithTheLargestVf() {
    var refusal = refused(node(gpu(0, 1000), vf(0, 0, 500)), vfs("a", 1, 501));

    assertThat(refusal.reason()).isEqualTo(Reason.NOT_ENOUGH_MEMORY);
    assertThat(refusal.message()).contains("asked for 501 MiB", "500 MiB");
  }

  @Test
  void nodeWithoutVfsIsRefused() {
    assertThat(refused(node(gpu(0, 1000)), vfs("a", 1, 0)).reason())
        .isEqualTo(Reason.NO_MATCHING_DEVICE);
  }

  @Test
  void claimThatHoldsAVfKeepsIt() {
    var node = holding(node(gpu(0, 2000), vf(0, 0, 1000), vf(0, 1, 1000)), "a", share(0, 1, 1000));

    assertThat(devices(placed(node, FIRST, vfs("a", 1, 800)), "a")).containsExactly(uid(0).vf(1));
  }

  @Test
  void vfThatTwoClaimsHoldIsKeptByNeither() {
    var node = node(gpu(0, 2000), vf(0, 0, 1000), vf(0, 1, 1000));
    node = holding(node, "a", share(0, 0, 1000));
    node = holding(node, "b", share(0, 0, 1000));

    assertThat(devices(placed(node, FIRST, vfs("a", 1, 0)), "a")).containsExactly(uid(0).vf(1));
  }

  @Test
  void vfWhoseGpuIsNotListedIsStillAVf() {
    assertThat(devices(placed(node(vf(3, 1, 1000)), FIRST, vfs("a", 1, 0)), "a"))
        .containsExactly(uid(3).vf(1));
  }

  private static DeviceShare share(int gpu, int index, int memoryMiB) {
    return DeviceShare.of(uid(gpu).vf(index), memoryMiB);
  }
}
