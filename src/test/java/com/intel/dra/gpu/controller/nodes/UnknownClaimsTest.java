package com.intel.dra.gpu.controller.nodes;

import static com.intel.dra.gpu.classic.TestingObjects.NAMESPACE;
import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.ofClaim;
import static com.intel.dra.gpu.classic.TestingObjects.pod;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.app.ControllerProcess;
import com.intel.dra.gpu.controller.app.FakeApiServer;
import com.intel.dra.gpu.controller.app.FakeCluster;
import com.intel.dra.gpu.controller.app.FakeInformer;
import com.intel.dra.gpu.controller.app.Pods;
import com.intel.dra.gpu.controller.app.World;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.kit.time.SettableClock;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Node records that name unknown claims, whether these were invented or not. */
class UnknownClaimsTest {

  private static final String LIST = "list ResourceClaim";
  private static final String A = "node-a";
  private static final String B = "node-b";

  private final FakeCluster cluster = new FakeCluster();
  private final FakeApiServer api = new FakeApiServer(cluster);
  private final ClusterView view = new ClusterView(ControllerProcess.NAMESPACE);
  private final SettableClock clock = new SettableClock();
  private final UnknownClaims unknown = new UnknownClaims(view, api, clock);

  private long lists() {
    return api.requests().stream().filter(LIST::equals).count();
  }

  private String created(String name) {
    cluster.created(claim(name));
    return Claims.uid(cluster.read(ResourceClaim.class, NAMESPACE, name).orElseThrow());
  }

  private void nodes(String... names) {
    for (String name : names) {
      var gas = new GpuAllocationState();
      gas.setMetadata(
          new ObjectMetaBuilder()
              .withNamespace(ControllerProcess.NAMESPACE)
              .withName(name)
              .build());
      cluster.created(gas);
    }
    new FakeInformer<>(cluster, GpuAllocationState.class, _ -> true, view.nodes).sync();
  }

  @Test
  void aClaimThatIsNotListedIsGoneAndOneThatIsListedIsNot() {
    nodes(A);
    String live = created("live");

    var found = unknown.find(A, Set.of(live, "gone"));

    assertThat(found).containsEntry("gone", Optional.empty());
    assertThat(found.get(live))
        .hasValueSatisfying(id -> assertThat(id.getName()).isEqualTo("live"));
  }

  @Test
  void aListThatWasBegunBeforeTheRecordWasSeenSaysNothingOfIt() {
    nodes(A, B);
    unknown.find(A, Set.of("gone"));
    String live = created("live");

    assertThat(unknown.find(B, Set.of(live))).isEmpty();
    assertThat(unknown.find(A, Set.of("gone", live))).containsOnlyKeys("gone");

    clock.add(UnknownClaims.PAUSE);
    assertThat(unknown.find(B, Set.of(live)).get(live)).isPresent();
    assertThat(unknown.find(A, Set.of("gone", live)).get(live)).isPresent();
    assertThat(lists()).isEqualTo(2);
  }

  @Test
  void oneListAnswersAllNodesThatHaveAsked() {
    nodes(A, B);
    unknown.find(A, Set.of("first"));
    assertThat(unknown.find(A, Set.of("second"))).isEmpty();
    assertThat(unknown.find(B, Set.of("third"))).isEmpty();

    clock.add(UnknownClaims.PAUSE);

    assertThat(unknown.find(A, Set.of("second"))).containsEntry("second", Optional.empty());
    assertThat(unknown.find(B, Set.of("third"))).containsEntry("third", Optional.empty());
    assertThat(lists()).isEqualTo(2);
  }

  @Test
  void aClaimThatIsGoneIsListedOnce() {
    nodes(A);
    for (int i = 0; i < 100; i++) {
      assertThat(unknown.find(A, Set.of("gone"))).containsEntry("gone", Optional.empty());
      clock.add(UnknownClaims.PAUSE);
    }
    assertThat(lists()).isEqualTo(1);
  }

  // ---- the controller

  private static void edit(World world, int node, UnaryOperator<Map<String, ClaimAllocation>> to) {
    world.cluster.edit(
        world.nodes.get(node).gas().orElseThrow(),
        known -> {
          var changed = new GpuAllocationState();
          changed.setMetadata(known.getMetadata());
          changed.setSpec(
              new GpuAllocationStateSpec(
                      known.getSpec().allocatable(),
                      known.getSpec().prepared(),
                      to.apply(new HashMap<>(known.getSpec().resourceClaimAllocations())))
                  .summarised());
          changed.setStatus(known.getStatus());
          return changed;
        });
  }

  private static void record(World world, int node, String prefix, int claims) {
    edit(
        world,
        node,
        records -> {
          for (int i = 0; i < claims; i++) {
            records.put(prefix + i, new ClaimAllocation(List.of(), ""));
          }
          return records;
        });
  }

  private static Set<String> recorded(World world, int node) {
    return world.nodes.get(node).gas().orElseThrow().getSpec().resourceClaimAllocations().keySet();
  }

  private static long lists(World world) {
    return world.controller().api.requests().stream().filter(LIST::equals).count();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatAgentsMakeUpCausesFewListsAndIsDroppedInTheEnd(long seed) {
    World world =
        World.ofOrder(seed, Policy.DEFAULT, List.of(List.of(1000), List.of(1000), List.of(1000)));
    world.settle();
    for (int write = 0; write < 60; write++) {
      record(world, write % 3, "made-up-" + write + "-", 5);
      world.goOn(40);
    }
    world.settle();

    for (int node = 0; node < 3; node++) {
      assertThat(recorded(world, node)).isEmpty();
    }
    long seconds = world.controller().clock.instant().getEpochSecond();
    assertThat(lists(world))
        .as("lists in %d s", seconds)
        .isBetween(1L, 1 + seconds / UnknownClaims.PAUSE.toSeconds());
    world.checkAtRest();
  }

  @Test
  void theSameThatIsMadeUpAgainAndAgainCausesOneList() {
    World world = World.ofOrder(1, Policy.DEFAULT, List.of(List.of(1000)));
    world.settle();
    for (int write = 0; write < 20; write++) {
      record(world, 0, "made-up-", 5);
      world.settle();
      assertThat(recorded(world, 0)).isEmpty();
    }
    assertThat(lists(world)).isEqualTo(1);
  }

  @Test
  void recordsWithoutEndAreDroppedInParts() {
    int many = 2 * UnfoundedRecords.MOST_AT_A_TIME + 1;
    World world = World.ofOrder(1, Policy.DEFAULT, List.of(List.of(1000)));
    world.settle();
    record(world, 0, "x".repeat(40_000), 2);
    record(world, 0, "made-up-", many);
    world.settle();

    assertThat(recorded(world, 0)).isEmpty();
    assertThat(lists(world)).isEqualTo(3);
    Duration passed = Duration.ofSeconds(world.controller().clock.instant().getEpochSecond());
    assertThat(passed).isGreaterThanOrEqualTo(UnknownClaims.PAUSE.multipliedBy(2));
  }

  /** The informer of claims has not received yet what another controller has allocated. */
  @Test
  void aLiveClaimStaysOnRecordHoweverLateItIsHeardOf() {
    World world = World.ofOrder(1, Policy.DEFAULT, List.of(List.of(1000)));
    world.cluster.created(claim("live"));
    world.cluster.created(pod("p", ofClaim("gpu", "live")));
    world.settle();
    assertThat(Pods.isBound(world.read(Pod.class, "p").orElseThrow())).isTrue();
    String uid = Claims.uid(world.read(ResourceClaim.class, "live").orElseThrow());
    var process = new ControllerProcess(world.cluster, Policy.DEFAULT);
    process.starts().forEach(Runnable::run);
    process.claims.forget(world.read(ResourceClaim.class, "live").orElseThrow());
    record(world, 0, "made-up-", 1);

    process.nodes.hearAll();
    for (int i = 0; i < 1000; i++) {
      if (process.threads.ready() > 0) {
        process.threads.goOn(0);
      } else {
        process.clock.passToNextAlarm();
      }
    }

    assertThat(recorded(world, 0)).containsExactly(uid);
    process.end();
  }
}
