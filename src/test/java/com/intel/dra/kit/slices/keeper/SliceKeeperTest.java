package com.intel.dra.kit.slices.keeper;

import static com.intel.dra.kit.slices.pool.Pools.device;
import static com.intel.dra.kit.slices.pool.Pools.devices;
import static com.intel.dra.kit.slices.pool.Pools.partitioned;
import static com.intel.dra.kit.slices.pool.Pools.tainted;
import static com.intel.dra.kit.slices.pool.Pools.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import com.intel.dra.kit.slices.keeper.FakeSliceServer.Gate;
import com.intel.dra.kit.slices.pool.DroppedField;
import com.intel.dra.kit.slices.pool.Pools;
import com.intel.dra.kit.slices.pool.PublishedPool;
import com.intel.dra.kit.slices.pool.SliceLayout;
import com.intel.dra.kit.slices.pool.SliceOwner;
import com.intel.dra.kit.slices.pool.SlicePlan;
import com.intel.dra.kit.slices.pool.WantedPool;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SliceKeeperTest {

  private static final SliceTimings FAST =
      new SliceTimings(
          Duration.ofMillis(20),
          Duration.ofMillis(20),
          Duration.ofMillis(20),
          Duration.ofMillis(100),
          5,
          Duration.ofMillis(200),
          Duration.ofMinutes(1),
          Duration.ofMinutes(10),
          Duration.ofMinutes(10));

  private final FakeSliceServer server = new FakeSliceServer();
  private final Heard heard = new Heard();
  private SliceKeeper keeper = keeper(FAST);

  private SliceKeeper keeper(SliceTimings timings) {
    return new SliceKeeper(server, new SliceSettings(Pools.DRIVER, Pools.NODE, timings), heard);
  }

  @AfterEach
  void close() {
    keeper.close();
  }

  private void start(WantedPool... candidates) {
    keeper.publish(List.of(candidates));
    keeper.start();
  }

  private void awaitPublished(String... names) {
    await()
        .untilAsserted(
            () -> {
              assertThat(heard.count("published") + heard.count("repaired")).isPositive();
              assertThat(server.deviceNames()).containsExactly(names);
            });
  }

  @Test
  void publishesSlicesThatBelongToTheNode() {
    start(WantedPool.of(List.of(device("card-1"), device("card-0"))));

    awaitPublished("card-1", "card-0");
    ResourceSlice slice = server.slices().getFirst();
    assertThat(slice.getMetadata().getName()).startsWith("00000-card.example.com-node-1-");
    assertThat(slice.getSpec().getDriver()).isEqualTo(Pools.DRIVER);
    assertThat(slice.getSpec().getNodeName()).isEqualTo(Pools.NODE);
    OwnerReference owner = slice.getMetadata().getOwnerReferences().getFirst();
    assertThat(owner.getKind()).isEqualTo("Node");
    assertThat(owner.getUid()).isEqualTo("node-uid-1");
    assertThat(owner.getController()).isTrue();
    assertThat(heard.last())
        .contains(new PublishedPool(Pools.NODE, 1, 1, 2, OptionalInt.of(0), Set.of()));
  }

  @Test
  void publishesOneEmptySliceForNoDevices() {
    start(WantedPool.of(List.of()));

    await().untilAsserted(() -> assertThat(server.slices()).hasSize(1));
    assertThat(server.pool(Pools.NODE)).contains(List.of());
  }

  @Test
  void itIsUpToDateWhenTheApiServerHasWhatWasWantedLast() {
    start(whole());
    await().until(keeper::isUpToDate);
    awaitPublished("card-0");

    server.setDown(true);
    keeper.publish(WantedPool.of(List.of(device("card-1"))));
    assertThat(keeper.isUpToDate()).isFalse();
    await().until(() -> heard.count("failed") > 0);
    assertThat(keeper.isUpToDate()).isFalse();

    server.setDown(false);
    await().until(keeper::isUpToDate);
    assertThat(server.deviceNames()).containsExactly("card-1");
  }

  @Test
  void noCandidateAtAllIsAMistake() {
    assertThatIllegalArgumentException().isThrownBy(() -> keeper.publish(List.of()));
  }

  @Test
  void publishingTheSameAgainWritesNothing() {
    WantedPool pool = WantedPool.of(List.of(Pools.shared("card-0"), tainted("card-1", "broken")));
    start(pool);
    awaitPublished("card-0", "card-1");
    int writes = server.writes();

    keeper.publish(pool);
    keeper.publish(whole());
    awaitPublished("card-0");

    await().untilAsserted(() -> assertThat(heard.count("published")).isEqualTo(2));
    assertThat(server.writes()).isEqualTo(writes + 1);
  }

  @Test
  void aNewKeeperFindsWhatAnotherLeft() {
    WantedPool pool = WantedPool.of(List.of(Pools.shared("card-0"), tainted("card-1", "broken")));
    start(pool);
    awaitPublished("card-0", "card-1");
    List<ResourceSlice> left = server.slices();

    // the fake's watch ends with its first keeper, so the second keeper reads the same slices from
    // another fake
    var second = new FakeSliceServer();
    left.forEach(second::putByOther);
    try (var next =
        new SliceKeeper(second, new SliceSettings(Pools.DRIVER, Pools.NODE, FAST), heard)) {
      next.publish(pool);
      next.start();
      await().until(() -> heard.count("published") == 2);
    }

    assertThat(second.writes()).isZero();
  }

  @Test
  void closingLeavesTheSlices() {
    start(whole());
    awaitPublished("card-0");

    keeper.close();

    assertThat(server.deviceNames()).containsExactly("card-0");
  }

  @Test
  void withdrawingDeletesThemAndKeepsThemDeletedUntilTheNextPublish() {
    start(whole());
    awaitPublished("card-0");

    keeper.withdraw();
    await().until(() -> heard.all.contains("withdrawn"));
    assertThat(server.slices()).isEmpty();

    keeper.publish(whole());
    awaitPublished("card-0");
    assertThat(SlicePlan.generationOf(server.slices().getFirst()))
        .as("above what consumers may still remember")
        .isGreaterThan(1);
  }

  @Test
  void aBurstTakesOneRound() {
    server.holdRequests();
    start(whole());
    await().until(server::holdsARequest);
    for (int i = 1; i <= 50; i++) {
      keeper.publish(WantedPool.of(devices(i)));
    }

    server.releaseRequests();

    await().until(() -> server.deviceNames().size() == 50);
    assertThat(server.writes()).as("of the first round, and of one for all that came").isEqualTo(2);
  }

  @Test
  void slicesThatTheKubeletDeletedComeBack() {
    start(partitioned());
    awaitPublished("half-a", "half-b");

    server.deleteAll();

    // two slices, whose events may be far enough apart for two rounds
    await()
        .untilAsserted(
            () -> {
              assertThat(heard.count("repaired")).isPositive();
              assertThat(server.deviceNames()).containsExactly("half-a", "half-b");
            });
  }

  @Test
  void whatSomebodyElseChangedOrAddedIsUndone() {
    start(whole());
    awaitPublished("card-0");
    ResourceSlice slice = server.slices().getFirst();

    server.putByOther(
        new ResourceSliceBuilder(slice)
            .editSpec()
            .withDevices(device("card-0"), device("made-up"))
            .endSpec()
            .build());
    await().until(() -> heard.count("repaired") == 1);
    assertThat(server.deviceNames()).containsExactly("card-0");

    server.putByOther(
        new ResourceSliceBuilder(slice)
            .editMetadata()
            .withName("hand-made")
            .withUid("hand-made")
            .endMetadata()
            .build());
    await().until(() -> heard.count("repaired") == 2);
    assertThat(server.slices()).hasSize(1);
  }

  @Test
  void fightsAreSlow() {
    keeper = keeper(withRefill(Duration.ofHours(1)));
    start(whole());
    awaitPublished("card-0");

    for (int i = 1; i <= 5; i++) {
      server.deleteAll();
      int repairs = i;
      await().until(() -> heard.count("repaired") == repairs);
    }
    server.deleteAll();

    await()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(30))
        .until(() -> server.slices().isEmpty());
    keeper.publish(WantedPool.of(devices(2)));
    awaitPublished("card-0", "card-1");
  }

  private static SliceTimings withRefill(Duration refill) {
    return new SliceTimings(
        FAST.settle(),
        FAST.repairDelay(),
        FAST.firstRetry(),
        FAST.longestRetry(),
        FAST.repairBurst(),
        refill,
        FAST.writesRemembered(),
        FAST.chooseAgain(),
        FAST.lookAgain());
  }

  private static SliceTimings looking(Duration writesRemembered, Duration lookAgain) {
    return new SliceTimings(
        FAST.settle(),
        FAST.repairDelay(),
        FAST.firstRetry(),
        FAST.longestRetry(),
        FAST.repairBurst(),
        FAST.repairRefill(),
        writesRemembered,
        FAST.chooseAgain(),
        lookAgain);
  }

  /**
   * The slice is created while the watch is cut, and deleted before it restarts: no event shows it.
   */
  @Test
  void aSliceThatCameAndWentUnseenComesBack() {
    keeper = keeper(looking(Duration.ofMillis(200), Duration.ofHours(1)));
    server.loseEvents();
    start(whole());
    awaitPublished("card-0");

    server.deleteAll();
    server.relist();

    awaitPublished("card-0");
    assertThat(server.slices()).hasSize(1);
  }

  @Test
  void whatAWatchThatIsDeadDoesNotTellIsFoundByLookingPastIt() {
    keeper = keeper(looking(Duration.ofMinutes(1), Duration.ofMillis(100)));
    start(whole());
    awaitPublished("card-0");
    await().until(() -> server.lists() > 0);

    server.loseEvents();
    server.deleteAll();

    awaitPublished("card-0");
    int lists = server.lists();
    await().until(() -> server.lists() > lists + 1);
    assertThat(server.slices()).as("and no doubles").hasSize(1);
  }

  @Test
  void aWatchThatIsBehindMakesNoDoubles() {
    server.holdEvents();
    start(whole());
    await().until(() -> heard.count("published") == 1);

    keeper.publish(WantedPool.of(devices(3)));
    awaitPublished("card-0", "card-1", "card-2");
    keeper.publish(WantedPool.of(devices(200)));
    await().until(() -> server.deviceNames().size() == 200);
    assertThat(server.slices()).hasSize(2);

    server.releaseEvents();
    keeper.publish(whole());
    awaitPublished("card-0");
    assertThat(heard.count("failed")).isZero();
  }

  @Test
  void whatTheWatchMissedIsRepairedWhenItBeginsAnew() {
    start(whole());
    awaitPublished("card-0");

    server.loseEvents();
    server.deleteAll();
    server.relist();

    await().until(() -> heard.count("repaired") == 1);
    assertThat(server.deviceNames()).containsExactly("card-0");
  }

  @Test
  void anUnreachableServerIsTriedUntilItAnswers() {
    server.setDown(true);
    start(whole());
    await().until(() -> heard.count("failed connection refused") >= 3);

    server.setDown(false);

    awaitPublished("card-0");
  }

  @Test
  void aMissingNodeIsSaidAndWaitedFor() {
    server.setNodeUid(Optional.empty());
    start(whole());
    await().until(() -> heard.count("failed there is no Node named node-1") >= 1);

    server.setNodeUid(Optional.of("node-uid-1"));

    awaitPublished("card-0");
  }

  @Test
  void slicesFollowANodeThatWasMadeAnew() {
    start(whole());
    awaitPublished("card-0");

    server.setNodeUid(Optional.of("node-uid-2"));
    server.deleteAll();

    await().until(() -> heard.count("repaired") == 1);
    assertThat(server.slices().getFirst().getMetadata().getOwnerReferences())
        .extracting(OwnerReference::getUid)
        .containsExactly("node-uid-2");
  }

  @Test
  void aTaintKeepsItsTimeEvenWhenItsSliceWasDeleted() {
    start(WantedPool.of(List.of(tainted("card-0", "broken"))));
    awaitPublished("card-0");
    String since = timeOfTaint("broken");

    server.deleteAll();
    await().until(() -> heard.count("repaired") == 1);
    assertThat(timeOfTaint("broken")).isEqualTo(since);

    keeper.publish(WantedPool.of(List.of(tainted("card-0", "broken"), tainted("card-1", "hot"))));
    awaitPublished("card-0", "card-1");
    assertThat(timeOfTaint("broken")).isEqualTo(since);
    assertThat(timeOfTaint("hot")).isNotEqualTo(since);
  }

  private String timeOfTaint(String key) {
    return server.pool(Pools.NODE).orElseThrow().stream()
        .flatMap(device -> device.getTaints().stream())
        .filter(taint -> taint.getKey().equals(key))
        .map(DeviceTaint::getTimeAdded)
        .findFirst()
        .orElseThrow();
  }

  // ---- candidates

  private void gateIsOff(Gate gate) {
    server.gates.remove(gate);
    server.gatesOfDryRuns.remove(gate);
  }

  private void assertNeverOverCommitted() {
    assertThat(server.poolsInHistory())
        .flatMap(pool -> pool)
        .filteredOn(device -> device.getName().startsWith("half"))
        .allSatisfy(device -> assertThat(device.getConsumesCounters()).isNotEmpty());
  }

  @Test
  void theBestCandidateIsPublishedWhereItIsStored() {
    start(partitioned(), whole());

    awaitPublished("half-a", "half-b");
    assertThat(server.slices().getFirst().getSpec().getSharedCounters()).hasSize(1);
    assertThat(heard.all).containsExactly("published OptionalInt[0]");
  }

  @Test
  void withoutTheGateTheSafeCandidateIsPublishedAndNothingElseEver() {
    gateIsOff(Gate.PARTITIONABLE_DEVICES);
    start(partitioned(), whole());

    awaitPublished("card-0");
    assertNeverOverCommitted();
    assertThat(heard.all)
        .containsExactly(
            "dropped 0 [SHARED_COUNTERS, CONSUMES_COUNTERS]", "published OptionalInt[1]");
    assertThat(heard.last().orElseThrow().candidate()).hasValue(1);
  }

  @Test
  void withoutASafeCandidateThePoolIsPublishedWithoutDevices() {
    gateIsOff(Gate.PARTITIONABLE_DEVICES);
    start(partitioned());

    awaitPublished();
    assertThat(server.slices()).hasSize(1);
    assertThat(heard.last().orElseThrow().candidate()).isEmpty();
    assertNeverOverCommitted();
  }

  @Test
  void aServerThatStoresLessThanItsDryRunSaidIsCorrectedAtOnce() {
    server.gates.remove(Gate.PARTITIONABLE_DEVICES);
    start(partitioned(), whole());

    awaitPublished("card-0");
    assertNeverOverCommitted();
  }

  @Test
  void anOverCommittingPoolThatSomebodyLeftIsReplaced() {
    SliceLayout layout = SliceLayout.of(Pools.NODE, partitioned());
    var owner = new SliceOwner(Pools.DRIVER, Pools.NODE, "node-uid-1");
    for (int i = 0; i < 2; i++) {
      ResourceSlice slice = owner.create(layout, i, 3);
      server.putByOther(
          new ResourceSliceBuilder(slice)
              .editMetadata()
              .withName("0000" + i + "-left")
              .withUid("left-" + i)
              .endMetadata()
              .editSpec()
              .withSharedCounters(List.of())
              .withDevices(
                  slice.getSpec().getDevices().stream()
                      .map(device -> device(device.getName()))
                      .toList())
              .endSpec()
              .build());
    }
    gateIsOff(Gate.PARTITIONABLE_DEVICES);
    start(partitioned(), whole());

    awaitPublished("card-0");
    assertThat(server.slices()).hasSize(1);
  }

  @Test
  void aDroppedFieldThatLimitsNothingIsSaidAndLivedWith() {
    gateIsOff(Gate.DEVICE_TAINTS);
    start(WantedPool.of(List.of(tainted("card-0", "broken"))));
    awaitPublished("card-0");
    assertThat(heard.all).containsExactly("dropped 0 [TAINTS]", "published OptionalInt[0]");
    assertThat(heard.last().orElseThrow().dropped()).containsExactly(DroppedField.TAINTS);
    int writes = server.writes();

    server.deleteAll();
    await().until(() -> heard.count("repaired") == 1);

    assertThat(server.writes()).as("no endless correction").isEqualTo(writes + 1);
  }

  @Test
  void aCandidateThatIsStoredWholeIsPreferredToABetterOneThatIsNot() {
    gateIsOff(Gate.CONSUMABLE_CAPACITY);
    start(WantedPool.of(List.of(Pools.shared("shared"))), whole());

    awaitPublished("card-0");
    assertThat(heard.all)
        .containsExactly(
            "dropped 0 [ALLOW_MULTIPLE_ALLOCATIONS, REQUEST_POLICY]", "published OptionalInt[1]");
  }

  @Test
  void whatTheServerFindsInvalidIsPassedOver() {
    server.setInvalidDevice(Optional.of("half-a"));
    start(partitioned(), whole());

    awaitPublished("card-0");
    assertThat(heard.all.getFirst()).isEqualTo("rejected 0 spec.devices[0]: Invalid value");
  }

  @Test
  void whenAllAreInvalidTheSlicesStay() {
    start(whole());
    awaitPublished("card-0");

    keeper.publish(WantedPool.of(List.of(device("Not_a_Label"))));

    await().until(() -> heard.count("rejected") == 1);
    assertThat(heard.all.getLast()).contains("device Not_a_Label", "name", "DNS label");
    assertThat(server.deviceNames()).containsExactly("card-0");
    keeper.publish(WantedPool.of(devices(2)));
    awaitPublished("card-0", "card-1");
  }

  @Test
  void whatOverCommitsIsNotAskedForAgainWithEveryChange() {
    gateIsOff(Gate.PARTITIONABLE_DEVICES);
    start(partitioned(), whole());
    awaitPublished("card-0");
    int dryRuns = server.dryRuns();

    keeper.publish(List.of(partitioned(), WantedPool.of(devices(2))));

    awaitPublished("card-0", "card-1");
    assertThat(server.dryRuns()).isEqualTo(dryRuns + 1);
  }

  @Test
  void aBetterCandidateIsTriedAgainAfterAWhile() {
    keeper = keeper(FAST.withChooseAgain(Duration.ofMillis(100)));
    gateIsOff(Gate.PARTITIONABLE_DEVICES);
    start(partitioned(), whole());
    awaitPublished("card-0");

    server.gates.add(Gate.PARTITIONABLE_DEVICES);
    server.gatesOfDryRuns.add(Gate.PARTITIONABLE_DEVICES);

    awaitPublished("half-a", "half-b");
    assertNeverOverCommitted();
  }

  @Test
  void aGateThatWentOffIsNoticedBeforeARepair() {
    start(partitioned(), whole());
    awaitPublished("half-a", "half-b");

    gateIsOff(Gate.PARTITIONABLE_DEVICES);
    server.deleteAll();

    awaitPublished("card-0");
    assertNeverOverCommitted();
  }

  @Test
  void whatIsPublishedIsACopy() {
    Device mutable = device("card-0");
    keeper.publish(WantedPool.of(List.of(mutable)));
    mutable.setName("changed");
    keeper.start();

    awaitPublished("card-0");
  }
}
