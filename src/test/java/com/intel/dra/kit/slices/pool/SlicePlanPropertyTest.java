package com.intel.dra.kit.slices.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.kit.slices.keeper.FakeSliceServer;
import com.intel.dra.kit.slices.keeper.SliceStoreException;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceBuilder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Carries plans out write by write, with interruptions and changes by others, and checks what a
 * scheduler sees.
 */
class SlicePlanPropertyTest {

  private static final SliceOwner OWNER = new SliceOwner(Pools.DRIVER, Pools.NODE, "node-uid-1");

  /**
   * @param wanted what is published
   * @param writes after how many writes the driver crashes
   * @param disturbance what others do before
   */
  record Step(SliceLayout wanted, int writes, Disturbance disturbance) {}

  enum Disturbance {
    NONE,
    DELETES_FIRST,
    DELETES_LAST,
    DELETES_ALL,
    ADDS_OLD_GENERATION,
    ADDS_LAST_GENERATION,
    ADDS_OTHER_POOL,
    ADDS_UNNAMED
  }

  @Property(tries = 500)
  void schedulersSeeWantedPoolsOrNone(@ForAll("steps") List<Step> steps) throws Exception {
    try (var server = new FakeSliceServer()) {
      Set<List<Device>> ever = new HashSet<>();
      for (Step step : steps) {
        disturb(server, step.disturbance());
        ever.add(devicesOf(step.wanted()));
        Set<List<Device>> allowed = new HashSet<>(ever);
        // a pool that others completed may be seen until the plan replaces it
        server.pool(Pools.NODE).ifPresent(allowed::add);
        int before = server.poolsInHistory().size();

        carryOut(server, plan(server, step.wanted()), step.writes());

        assertThat(server.poolsInHistory().subList(before, server.poolsInHistory().size()))
            .isSubsetOf(allowed);
      }
      SliceLayout last = steps.getLast().wanted();
      carryOut(server, plan(server, last), Integer.MAX_VALUE);
      assertThat(server.pool(Pools.NODE)).contains(devicesOf(last));
      assertThat(server.slices()).hasSameSizeAs(last.slices());
      assertThat(plan(server, last).isEmpty()).as("a second look writes nothing").isTrue();
    }
  }

  @Property(tries = 200)
  void sameInputSameOutput(@ForAll("steps") List<Step> steps) throws Exception {
    try (var server = new FakeSliceServer()) {
      for (Step step : steps) {
        disturb(server, step.disturbance());
        assertThat(plan(server, step.wanted())).isEqualTo(plan(server, step.wanted()));
        carryOut(server, plan(server, step.wanted()), step.writes());
      }
    }
  }

  private static SlicePlan plan(FakeSliceServer server, SliceLayout wanted) {
    return SlicePlan.of(OWNER, wanted, server.slices(), 0);
  }

  private static void carryOut(FakeSliceServer server, SlicePlan plan, int writes)
      throws SliceStoreException {
    int left = writes;
    for (ResourceSlice slice : plan.deletes()) {
      if (left-- > 0) {
        server.delete(slice);
      }
    }
    for (ResourceSlice slice : plan.updates()) {
      if (left-- > 0) {
        server.update(slice);
      }
    }
    for (ResourceSlice slice : plan.creates()) {
      if (left-- > 0) {
        server.create(slice, false);
      }
    }
  }

  private static void disturb(FakeSliceServer server, Disturbance disturbance) {
    List<ResourceSlice> slices = server.slices();
    if (slices.isEmpty()) {
      return;
    }
    ResourceSlice first = slices.getFirst();
    switch (disturbance) {
      case NONE -> {}
      case DELETES_FIRST -> server.deleteByOther(first);
      case DELETES_LAST -> server.deleteByOther(slices.getLast());
      case DELETES_ALL -> server.deleteAll();
      case ADDS_OLD_GENERATION -> server.putByOther(other(first, "00000-old", Pools.NODE, 0));
      case ADDS_LAST_GENERATION ->
          server.putByOther(other(first, "00000-last", Pools.NODE, Long.MAX_VALUE));
      case ADDS_OTHER_POOL -> server.putByOther(other(first, "00000-other", "other", 99));
      case ADDS_UNNAMED ->
          server.putByOther(other(first, "mine", Pools.NODE, SlicePlan.generationOf(first)));
    }
  }

  private static ResourceSlice other(
      ResourceSlice slice, String name, String pool, long generation) {
    return new ResourceSliceBuilder(slice)
        .editMetadata()
        .withName(name)
        .withUid("uid-of-" + name)
        .endMetadata()
        .editSpec()
        .editPool()
        .withName(pool)
        .withGeneration(generation)
        .endPool()
        .withDevices(Pools.device("of-somebody-else"))
        .endSpec()
        .build();
  }

  private static List<Device> devicesOf(SliceLayout layout) {
    return layout.slices().stream().flatMap(slice -> slice.devices().stream()).toList();
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Integer> writes =
        Arbitraries.frequencyOf(
            Tuple.of(2, Arbitraries.integers().between(0, 5)),
            Tuple.of(1, Arbitraries.just(Integer.MAX_VALUE)));
    return Combinators.combine(layouts(), writes, Arbitraries.of(Disturbance.class))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(6);
  }

  /** Small slices, because otherwise no test would have several of them. */
  private static Arbitrary<SliceLayout> layouts() {
    return Arbitraries.integers()
        .between(0, 2)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(
            versions ->
                new SliceLayout(
                    Pools.NODE,
                    IntStream.range(0, versions.size())
                        .mapToObj(
                            i ->
                                new SliceLayout.Content(
                                    List.of(), List.of(Pools.device("card-" + i, versions.get(i)))))
                        .toList()));
  }
}
