package com.intel.dra.gpu.nodeagent.publish;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.uid;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Claims that the kubelet wants to prepare and that still wait for their VFs. */
class PendingAllocationsTest {

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final PendingAllocations pending = new PendingAllocations(() -> now);

  @Test
  void whatNobodyAsksForAnyMoreIsForgottenOnce() {
    pending.put("old", List.of(allocated(1)));
    now = now.plus(PendingAllocations.PATIENCE).minusMillis(1);
    pending.put("new", List.of(allocated(2)));
    assertThat(pending.forgetOld()).isFalse();
    assertThat(pending.all()).containsOnlyKeys("old", "new");

    now = now.plusMillis(1);

    assertThat(pending.forgetOld()).isTrue();
    assertThat(pending.all()).containsOnlyKeys("new");
    assertThat(pending.forgetOld()).isFalse();
  }

  @Test
  void whoAsksAgainWaitsOn() {
    pending.put("claim", List.of(allocated(1)));
    now = now.plus(PendingAllocations.PATIENCE).minusMillis(1);
    pending.put("claim", List.of(allocated(1)));
    now = now.plusMillis(1);

    assertThat(pending.forgetOld()).isFalse();
    assertThat(pending.remove("claim")).isTrue();
    assertThat(pending.remove("claim")).isFalse();
  }

  private static AllocatedDevice vf(int bus, int index) {
    return new AllocatedDevice(2000, uid(bus), "p", "vf", uid(bus) + "-vf" + index);
  }

  @Test
  void whatAnotherClaimWasGivenNobodyElseWaitsFor() {
    pending.put("same", List.of(vf(1, 0)));
    pending.put("next", List.of(vf(1, 1)));
    pending.put("whole", List.of(vf(2, 0), allocated(1)));
    pending.put("elsewhere", List.of(vf(3, 0), allocated(4)));

    assertThat(pending.removeExcluded("vf", List.of(vf(1, 0), allocated(4)))).isTrue();
    assertThat(pending.all()).containsOnlyKeys("next", "elsewhere");
    assertThat(pending.removeExcluded("next", List.of(vf(1, 1)))).isFalse();

    assertThat(pending.removeExcluded("gpu", List.of(allocated(1)))).isTrue();
    assertThat(pending.all()).containsOnlyKeys("elsewhere");
  }
}
