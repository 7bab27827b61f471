package com.intel.dra.gpu.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GasSummaryTest {

  private static final String GPU = "0000:03:00.0-0x56c0";
  private static final String OTHER_GPU = "0000:04:00.0-0x56c0";
  private static final String VF = "0000:04:00.1-0x56c0";

  @Test
  void anEmptySpecComesToNothing() {
    assertThat(GasSummary.of(GpuAllocationStateSpec.EMPTY))
        .isEqualTo(new GasSummary(0, 0, 0, 0, 0));
  }

  @Test
  void vfsAreNotCountedAsMemoryOfTheNodeForTheyAreParts() {
    var spec =
        new GpuAllocationStateSpec(
            Map.of(
                GPU, offered(GPU, "", 14248),
                OTHER_GPU, offered(OTHER_GPU, "", 14248),
                VF, offered(VF, OTHER_GPU, 4096)),
            Map.of(),
            Map.of("claim", given(VF, 4096)));

    assertThat(GasSummary.of(spec)).isEqualTo(new GasSummary(2, 1, 1, 4096, 28496));
  }

  @Test
  void whatAClaimWasGivenAndHasPreparedCountsOnceWithTheLargerShare() {
    var spec =
        new GpuAllocationStateSpec(
            Map.of(GPU, offered(GPU, "", 14248), OTHER_GPU, offered(OTHER_GPU, "", 14248)),
            Map.of("moved", List.of(held(GPU, 3000)), "left", List.of(held(OTHER_GPU, 100))),
            Map.of(
                "moved", new ClaimAllocation(List.of(held(GPU, 2000), held(OTHER_GPU, 50)), "")));

    assertThat(GasSummary.of(spec)).isEqualTo(new GasSummary(2, 0, 2, 3150, 28496));
  }

  @Test
  void memoryBeyondAnIntIsCounted() {
    var spec =
        new GpuAllocationStateSpec(
            Map.of(
                GPU, offered(GPU, "", Integer.MAX_VALUE),
                OTHER_GPU, offered(OTHER_GPU, "", Integer.MAX_VALUE)),
            Map.of(),
            Map.of());

    assertThat(GasSummary.of(spec).totalMiB()).isEqualTo(2L * Integer.MAX_VALUE);
  }

  private static AllocatableDevice offered(String uid, String parentUid, int memoryMiB) {
    return new AllocatableDevice(
        0, memoryMiB, "0x56c0", parentUid, parentUid.isEmpty() ? "gpu" : "vf", uid);
  }

  private static ClaimAllocation given(String uid, int memoryMiB) {
    return new ClaimAllocation(List.of(held(uid, memoryMiB)), "");
  }

  private static AllocatedDevice held(String uid, int memoryMiB) {
    return new AllocatedDevice(memoryMiB, "", "", "gpu", uid);
  }
}
