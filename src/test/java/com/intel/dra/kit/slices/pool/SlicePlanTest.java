package com.intel.dra.kit.slices.pool;

import static com.intel.dra.kit.slices.pool.Pools.device;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceBuilder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlicePlanTest {

  private static final SliceOwner OWNER = new SliceOwner(Pools.DRIVER, Pools.NODE, "node-uid-1");

  private static SliceLayout layout(Device... onePerSlice) {
    return new SliceLayout(
        Pools.NODE,
        Stream.of(onePerSlice)
            .map(device -> new SliceLayout.Content(List.of(), List.of(device)))
            .toList());
  }

  private static ResourceSlice existing(SliceLayout layout, int index, long generation) {
    return new ResourceSliceBuilder(OWNER.create(layout, index, generation))
        .editMetadata()
        .withName("%05x-%s-%s-abcde".formatted(index, Pools.DRIVER, Pools.NODE))
        .withUid("uid-" + index + "-" + generation)
        .withResourceVersion("7")
        .endMetadata()
        .build();
  }

  private static SlicePlan plan(SliceLayout wanted, ResourceSlice... existing) {
    return SlicePlan.of(OWNER, wanted, List.of(existing), 0);
  }

  @Test
  void theFirstGenerationIsOne() {
    SlicePlan plan = plan(layout(device("a"), device("b")));

    assertThat(plan.generation()).isEqualTo(1);
    assertThat(plan.creates())
        .extracting(slice -> slice.getMetadata().getGenerateName())
        .containsExactly("00000-card.example.com-node-1-", "00001-card.example.com-node-1-");
    assertThat(plan.creates())
        .extracting(slice -> slice.getSpec().getPool().getResourceSliceCount())
        .containsOnly(2L);
  }

  @Test
  void aGenerationIsNeverUsedAgain() {
    assertThat(SlicePlan.of(OWNER, layout(device("a")), List.of(), 41).generation()).isEqualTo(42);
  }

  /** The API server takes any number that is not negative. */
  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, SlicePlan.HIGHEST_GENERATION + 1})
  void aGenerationThatLeavesNoRoomForLaterOnesIsNotFollowed(long generation) {
    SliceLayout layout = layout(device("a"));
    ResourceSlice foreign = existing(layout(device("of-somebody-else")), 0, generation);

    SlicePlan first = plan(layout, foreign);
    assertThat(first.generation()).isEqualTo(1);
    assertThat(first.deletes()).containsExactly(foreign);
    assertThat(first.creates()).hasSize(1);

    SlicePlan later = plan(layout, existing(layout, 0, 5), foreign);
    assertThat(later.generation()).isEqualTo(5);
    assertThat(later.deletes()).containsExactly(foreign);
    assertThat(later.writes()).as("ours are as wanted").isEqualTo(1);
  }

  @Test
  void anOwnSliceWithSuchAGenerationIsMadeAnew() {
    SliceLayout layout = layout(device("a"));

    SlicePlan plan =
        SlicePlan.of(OWNER, layout, List.of(existing(layout, 0, Long.MAX_VALUE)), Long.MAX_VALUE);

    assertThat(plan.generation()).isEqualTo(1);
    assertThat(plan.deletes()).hasSize(1);
    assertThat(plan.creates()).hasSize(1);
  }

  @Test
  void oneUpdateKeepsTheGeneration() {
    SliceLayout old = layout(device("a", 1), device("b", 1));

    SlicePlan plan =
        plan(layout(device("a", 1), device("b", 2)), existing(old, 0, 5), existing(old, 1, 5));

    assertThat(plan.generation()).isEqualTo(5);
    assertThat(plan.writes()).isEqualTo(1);
    ResourceSlice update = plan.updates().getFirst();
    assertThat(update.getMetadata().getUid()).isEqualTo("uid-1-5");
    assertThat(update.getMetadata().getResourceVersion()).isEqualTo("7");
  }

  @Test
  void twoUpdatesRewriteAllInANewGeneration() {
    SliceLayout old = layout(device("a", 1), device("b", 1), device("c", 1));

    SlicePlan plan =
        plan(
            layout(device("a", 2), device("b", 2), device("c", 1)),
            existing(old, 0, 5),
            existing(old, 1, 5),
            existing(old, 2, 5));

    assertThat(plan.generation()).isEqualTo(6);
    assertThat(plan.updates()).hasSize(3).allMatch(slice -> SlicePlan.generationOf(slice) == 6);
  }

  @Test
  void aMissingSliceRewritesAllInANewGeneration() {
    SliceLayout old = layout(device("a"), device("b"));

    SlicePlan plan = plan(old, existing(old, 1, 5));

    assertThat(plan.generation()).isEqualTo(6);
    assertThat(plan.creates()).hasSize(1);
    assertThat(plan.updates()).hasSize(1);
  }

  @Test
  void oldGenerationsGoFirst() {
    SliceLayout layout = layout(device("a"));

    SlicePlan plan = plan(layout, existing(layout, 0, 4), existing(layout, 0, 5), stray());

    assertThat(plan.deletes())
        .extracting(slice -> slice.getMetadata().getUid())
        .containsExactly("uid-0-4", "stray");
    assertThat(plan.updates()).isEmpty();
    assertThat(plan.generation()).isEqualTo(5);
  }

  /** A slice of our driver and node that is not named like ours. */
  private static ResourceSlice stray() {
    return new ResourceSliceBuilder(existing(layout(device("a")), 0, 5))
        .editMetadata()
        .withName("stray")
        .withUid("stray")
        .endMetadata()
        .build();
  }

  @Test
  void anotherPoolsSlicesGo() {
    SliceLayout before = new SliceLayout("other", layout(device("a")).slices());

    SlicePlan plan = plan(layout(device("a")), existing(before, 0, 5));

    assertThat(plan.deletes()).hasSize(1);
    assertThat(plan.creates()).hasSize(1);
  }

  @Test
  void aNameThatTheServerCutIsStillOurs() {
    SliceLayout layout = layout(device("a"));
    ResourceSlice cut =
        new ResourceSliceBuilder(existing(layout, 0, 5))
            .editMetadata()
            .withName("00000-card.example.com-a-very-long-node-namxyz12")
            .endMetadata()
            .build();

    assertThat(plan(layout, cut).isEmpty()).isTrue();
  }

  @Test
  void slicesOfANodeThatIsNoMoreGetTheNewOwner() {
    SliceLayout layout = layout(device("a"));
    var newNode = new SliceOwner(Pools.DRIVER, Pools.NODE, "node-uid-2");

    SlicePlan plan = SlicePlan.of(newNode, layout, List.of(existing(layout, 0, 5)), 0);

    assertThat(plan.updates()).hasSize(1);
    assertThat(plan.updates().getFirst().getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(owner -> assertThat(owner.getUid()).isEqualTo("node-uid-2"));
  }
}
