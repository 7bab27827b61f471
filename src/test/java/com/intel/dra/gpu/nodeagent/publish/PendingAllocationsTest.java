package com.intel.dra.gpu.nodeagent.publish;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static org.assertj.core.api.Assertions.assertThat;

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
}
