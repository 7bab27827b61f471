package com.intel.dra.kit.slices.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.kit.time.SettableClock;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnWritesTest {

  private final SettableClock clock = new SettableClock();
  private final OwnWrites writes = new OwnWrites(clock, Duration.ofNanos(60));

  private static ResourceSlice slice(String uid, int version) {
    return new ResourceSliceBuilder()
        .withNewMetadata()
        .withName("name-of-" + uid)
        .withUid(uid)
        .withResourceVersion(String.valueOf(version))
        .endMetadata()
        .build();
  }

  @Test
  void showsAtOnceWhatWasWritten() {
    writes.stored(slice("created", 10));
    writes.stored(slice("updated", 11));
    writes.deleted(slice("deleted", 5));

    assertThat(writes.appliedTo(List.of(slice("updated", 4), slice("deleted", 5), slice("x", 1))))
        .containsExactlyInAnyOrder(slice("created", 10), slice("updated", 11), slice("x", 1));
  }

  @Test
  void believesTheWatchOnceItIsAhead() {
    writes.stored(slice("a", 10));

    assertThat(writes.appliedTo(List.of(slice("a", 12)))).containsExactly(slice("a", 12));
    assertThat(writes.watchSawWritten(slice("a", 9))).as("behind").isTrue();
    assertThat(writes.watchSawWritten(slice("a", 10))).as("our own").isTrue();
    assertThat(writes.watchSawWritten(slice("a", 12))).as("somebody else's").isFalse();
    assertThat(writes.appliedTo(List.of())).isEmpty();
  }

  @Test
  void tellsOurDeletionsFromOthers() {
    writes.deleted(slice("ours", 5));
    writes.stored(slice("theirs", 6));

    assertThat(writes.watchSawDeleted(slice("ours", 5))).isTrue();
    assertThat(writes.watchSawDeleted(slice("theirs", 6))).isFalse();
    assertThat(writes.appliedTo(List.of())).isEmpty();
  }

  @Test
  void believesTheWatchAfterAWhile() {
    writes.stored(slice("came-and-went-unseen", 10));
    clock.add(Duration.ofNanos(61));

    assertThat(writes.appliedTo(List.of())).isEmpty();
  }

  @Test
  void aLookPastTheWatchCountsAsOurWritesUntilTheWatchIsThere() {
    writes.stored(slice("came-and-went-unseen", 10));

    writes.listed(
        List.of(slice("same", 1), slice("changed", 2), slice("gone", 3)),
        List.of(slice("same", 1), slice("changed", 11), slice("new", 12)));

    assertThat(writes.appliedTo(List.of(slice("same", 1), slice("changed", 2), slice("gone", 3))))
        .containsExactlyInAnyOrder(slice("same", 1), slice("changed", 11), slice("new", 12));
    assertThat(writes.firstForgotten()).contains(Instant.EPOCH.plusNanos(60));
    assertThat(writes.watchSawWritten(slice("changed", 11))).isTrue();
    assertThat(writes.watchSawWritten(slice("new", 12))).isTrue();
    assertThat(writes.watchSawDeleted(slice("gone", 3))).isTrue();
    assertThat(writes.areUnconfirmed()).isFalse();
    assertThat(writes.firstForgotten()).isEmpty();
  }

  @Test
  void aVersionWithOneDigitMoreIsNewer() {
    writes.stored(slice("a", 1000));

    assertThat(writes.appliedTo(List.of(slice("a", 999)))).containsExactly(slice("a", 1000));
  }
}
