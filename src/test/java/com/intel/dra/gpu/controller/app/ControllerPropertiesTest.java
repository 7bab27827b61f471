package com.intel.dra.gpu.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Properties that the controller keeps whatever happens in its cluster, in whatever order it
 * receives the events, and wherever it is interrupted.
 */
class ControllerPropertiesTest {

  /**
   * @param pause how many steps run before the next action
   */
  record Timed(Action action, int pause) {}

  @Property(tries = 300)
  void nothingIsOvercommittedLostOrLeaked(
      @ForAll("clusters") List<List<Integer>> gpuMiB,
      @ForAll("anything") List<Timed> actions,
      @ForAll long seed,
      @ForAll Policy policy) {
    checkAtRest(lived(gpuMiB, actions, seed, policy));
  }

  private static World lived(
      List<List<Integer>> gpuMiB, List<Timed> actions, long seed, Policy policy) {
    World world = World.ofChance(seed, policy, gpuMiB);
    var hands = new Actions(world);
    prepare(hands);
    for (Timed timed : actions) {
      hands.carryOut(timed.action());
      world.goOn(timed.pause());
    }
    return world;
  }

  private static void checkAtRest(World world) {
    world.settle();
    // until then an attempt that failed counts as repeated, though what waited for it may be gone
    world.controller().clock.after(Duration.ofMinutes(1), () -> {});
    world.settle();
    world.controller().sweep();
    world.settle();
    world.checkAtRest();
  }

  /** This holds however late the controller notices it, and whatever writes it still sends. */
  @Property(tries = 300)
  void aDeposedControllerDoesNoHarm(
      @ForAll("clusters") List<List<Integer>> gpuMiB,
      @ForAll("depositions") List<Timed> actions,
      @ForAll long seed,
      @ForAll Policy policy) {
    World world = lived(gpuMiB, actions, seed, policy);
    world.endDeposed();
    checkAtRest(world);
  }

  /**
   * The controller is paused when a claim is on record and its status is not written yet. Its
   * successor may give the same devices to the other claim.
   */
  @Property(tries = 100)
  void aControllerThatIsPausedBetweenTheWritesOfAnAllocationGivesNothingAwayTwice(
      @ForAll long seed, @ForAll @IntRange(max = 40) int later) {
    World world = World.ofChance(seed, Policy.DEFAULT, List.of(List.of(1000)));
    var hands = new Actions(world);
    prepare(hands);
    hands.carryOut(new Action.CreateClaim(0, 0, false));
    hands.carryOut(new Action.CreatePod(0, List.of(new Action.Use.Shared(0))));
    while (records(world).isEmpty()) {
      world.goOn(1);
    }
    if (Claims.allocation(world.read(ResourceClaim.class, "shared0").orElseThrow()).isPresent()) {
      return; // too late
    }
    world.deposeAsleep();
    hands.carryOut(new Action.CreateClaim(1, 0, false));
    hands.carryOut(new Action.CreatePod(1, List.of(new Action.Use.Shared(1))));
    world.goOn(10 * later);

    world.letDeposedFinish();
    world.endDeposed();
    world.settle();
    world.checkAtRest();
  }

  private static Map<String, ClaimAllocation> records(World world) {
    return world
        .nodes
        .getFirst()
        .gas()
        .map(gas -> gas.getSpec().resourceClaimAllocations())
        .orElse(Map.of());
  }

  @Property(tries = 150)
  void interruptionsAndOrderLeaveNoTrace(
      @ForAll("clusters") List<List<Integer>> gpuMiB,
      @ForAll("calm") List<Action> actions,
      @ForAll long seed,
      @ForAll long otherSeed,
      @ForAll Policy policy) {
    World calm = World.ofOrder(seed, policy, gpuMiB);
    World stormy = World.ofOrder(otherSeed, policy, gpuMiB);
    var inCalm = new Actions(calm);
    var inStorm = new Actions(stormy);
    prepare(inCalm);
    prepare(inStorm);
    for (Action action : actions) {
      inCalm.carryOut(action);
      calm.settleInOrder(0);
      inStorm.carryOut(action);
      // parameters wake all pods that wait for them, and after a restart another one may be first
      stormy.settleInOrder(action instanceof Action.SetParameters ? 0 : 3);
    }
    assertThat(inStorm.picture()).isEqualTo(inCalm.picture());
    calm.checkAtRest();
  }

  /** The pod's scheduling context still exists, and its selected node never changes. */
  @Example
  void nothingIsAllocatedForAPodThatWasBoundByHandAndHasEnded() {
    World world = World.ofOrder(1, Policy.DEFAULT, List.of(List.of(1000)));
    var hands = new Actions(world);
    prepare(hands);
    hands.carryOut(new Action.CreateClaim(0, 0, false));
    hands.carryOut(new Action.CreatePodByHand(0, 0, List.of(new Action.Use.Shared(0))));
    world.settle();
    hands.carryOut(new Action.FinishPod(0));
    world.settle();
    world.checkAtRest();
  }

  /** Both pods are checked at the same time, after the parameters of both were corrected. */
  @Example
  void theClaimOfAPodThatWasBoundByHandAndLosesARaceIsLetGo() {
    int races = 0;
    for (long seed = 265; seed < 285; seed++) {
      World world = World.ofOrder(seed, Policy.DEFAULT, List.of(List.of(1000)));
      var hands = new Actions(world);
      hands.carryOut(new Action.SetParameters(0, 0, 600));
      for (int pod = 0; pod < 2; pod++) {
        hands.carryOut(new Action.CreateClaim(pod, 0, false));
        hands.carryOut(new Action.CreatePodByHand(pod, 0, List.of(new Action.Use.Shared(pod))));
      }
      world.settleInOrder(0);
      hands.carryOut(new Action.SetParameters(0, 1, 600));
      world.settleInOrder(0);

      List<String> requests = world.controller().api.requests();
      if (Stream.of("shared0", "shared1")
          .allMatch(claim -> requests.contains("updateFinalizers ResourceClaim " + claim))) {
        races++;
      }
      world.checkAtRest();
    }
    assertThat(races).as("races in which both claims were protected").isPositive();
  }

  /** No scheduler would request its deallocation. */
  @Property(tries = 50)
  void anImmediateClaimThatNobodyUsesLeavesANodeThatDoesNotComeBack(@ForAll long seed) {
    World world = World.ofChance(seed, Policy.DEFAULT, List.of(List.of(1000), List.of(700)));
    var hands = new Actions(world);
    prepare(hands);
    hands.carryOut(new Action.CreateClaim(0, 0, true));
    world.settle();
    hands.carryOut(new Action.LoseNode(0));
    world.goOn(200);
    hands.carryOut(new Action.CreatePod(0, List.of(new Action.Use.Shared(0))));
    world.settle();

    Pod pod = world.read(Pod.class, "pod0").orElseThrow();
    assertThat(Optional.ofNullable(pod.getSpec().getNodeName())).contains("node1");
    world.checkAtRest();
  }

  @Property(tries = 50)
  void aClaimThatPodsUseStaysOnANodeThatDoesNotComeBack(@ForAll long seed) {
    World world = World.ofChance(seed, Policy.DEFAULT, List.of(List.of(1000), List.of(700)));
    var hands = new Actions(world);
    prepare(hands);
    hands.carryOut(new Action.CreateClaim(0, 0, true));
    hands.carryOut(new Action.CreatePod(0, List.of(new Action.Use.Shared(0))));
    world.settle();
    Pod pod = world.read(Pod.class, "pod0").orElseThrow();
    String node = Optional.ofNullable(pod.getSpec().getNodeName()).orElseThrow();
    hands.carryOut(new Action.LoseNode(node.equals("node0") ? 0 : 1));
    world.settle();

    ResourceClaim claim = world.read(ResourceClaim.class, "shared0").orElseThrow();
    assertThat(Claims.allocation(claim).flatMap(AllocationResults::node)).contains(node);
    assertThat(Claims.isReserved(claim)).isTrue();
  }

  /** Each of two nodes fits one of the claims, and one node fits both. */
  @Property(tries = 50)
  void immediateClaimsThatWereMadeForOnePodAreOnOneNode(@ForAll long seed) {
    World world = World.ofChance(seed, Policy.BALANCED, List.of(List.of(1000), List.of(700, 700)));
    var hands = new Actions(world);
    prepare(hands);
    var own = new Action.Use.Own(0, true);
    hands.carryOut(new Action.CreatePod(0, List.of(own, own)));
    world.settle();

    Pod pod = world.read(Pod.class, "pod0").orElseThrow();
    assertThat(Optional.ofNullable(pod.getSpec().getNodeName())).contains("node1");
    world.checkAtRest();
  }

  /** The controller logs what it does, which would be some thousand lines here. */
  @BeforeContainer
  static void beQuiet() {
    Logger.getLogger("com.intel.dra.gpu.controller").setLevel(Level.OFF);
  }

  @AfterContainer
  static void speak() {
    Logger.getLogger("com.intel.dra.gpu.controller").setLevel(null);
  }

  private static void prepare(Actions hands) {
    hands.carryOut(new Action.SetParameters(0, 1, 600));
    hands.carryOut(new Action.SetParameters(1, 1, 400));
    hands.carryOut(new Action.SetParameters(2, 2, 0));
    hands.carryOut(new Action.SetParameters(3, 0, 100)); // unusable; the last is missing
  }

  @Provide
  Arbitrary<List<List<Integer>>> clusters() {
    return Arbitraries.of(1000, 700)
        .list()
        .ofMinSize(1)
        .ofMaxSize(2)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  private static Arbitrary<Integer> number() {
    return Arbitraries.integers().between(0, 4);
  }

  private static Arbitrary<Integer> node() {
    return Arbitraries.integers().between(0, 2);
  }

  private static Arbitrary<List<Action.Use>> uses(Arbitrary<Boolean> immediate) {
    Arbitrary<Action.Use> own = Combinators.combine(number(), immediate).as(Action.Use.Own::new);
    Arbitrary<Action.Use> shared = number().map(Action.Use.Shared::new);
    return Arbitraries.frequencyOf(Tuple.of(3, own), Tuple.of(2, shared))
        .list()
        .ofMinSize(1)
        .ofMaxSize(2);
  }

  private static Arbitrary<Boolean> seldom() {
    return Arbitraries.frequency(Tuple.of(4, false), Tuple.of(1, true));
  }

  private static Arbitrary<Action> claimActions(Arbitrary<Boolean> immediate) {
    return Arbitraries.oneOf(
        Combinators.combine(number(), number(), immediate).as(Action.CreateClaim::new),
        Combinators.combine(number(), number(), immediate).as(Action.ReplaceClaim::new),
        number().map(Action.DeleteClaim::new),
        number().map(Action.RequestDeallocation::new));
  }

  private static Arbitrary<Action> podActions(Arbitrary<Boolean> immediate) {
    return Arbitraries.frequencyOf(
        Tuple.of(6, Combinators.combine(number(), uses(immediate)).as(Action.CreatePod::new)),
        Tuple.of(
            1,
            Combinators.combine(number(), node(), uses(immediate)).as(Action.CreatePodByHand::new)),
        Tuple.of(3, number().map(Action.DeletePod::new)),
        Tuple.of(2, number().map(Action.FinishPod::new)));
  }

  private static Arbitrary<Action> parameterActions() {
    Arbitrary<Integer> memory = Arbitraries.of(0, 100, 400, 600, 900);
    return Arbitraries.oneOf(
        Combinators.combine(number(), Arbitraries.of(0, 1, 1, 2), memory)
            .as(Action.SetParameters::new),
        number().map(Action.DeleteParameters::new));
  }

  private static Arbitrary<Action> nodeActions() {
    return Arbitraries.oneOf(
        node().map(Action.LoseNode::new),
        node().map(Action.ReturnNode::new),
        node().map(Action.DeleteGas::new),
        Combinators.combine(node(), Arbitraries.of(true, false)).as(Action.SetReady::new));
  }

  private static Arbitrary<Action> misfortunes() {
    return Arbitraries.of(
        new Action.RestartController(),
        new Action.ReplayEvents(),
        new Action.BreakWatches(),
        new Action.SweepAll(),
        new Action.FailNextWrite(FakeApiServer.Failure.BEFORE),
        new Action.FailNextWrite(FakeApiServer.Failure.AFTER),
        new Action.DeleteClass(),
        new Action.CreateClass());
  }

  @Provide
  Arbitrary<List<Timed>> anything() {
    return timed(anyAction());
  }

  @Provide
  Arbitrary<List<Timed>> depositions() {
    return timed(
        Arbitraries.frequencyOf(
            Tuple.of(5, anyAction()),
            Tuple.of(2, Arbitraries.of(new Action.DeposeController(), new Action.EndDeposed()))));
  }

  private static Arbitrary<Action> anyAction() {
    return Arbitraries.frequencyOf(
        Tuple.of(8, podActions(seldom())),
        Tuple.of(4, claimActions(Arbitraries.of(true, false))),
        Tuple.of(2, parameterActions()),
        Tuple.of(2, nodeActions()),
        Tuple.of(
            2,
            Combinators.combine(node(), Arbitraries.integers().between(5, 40))
                .as(Action.DelayUnprepare::new)),
        Tuple.of(3, misfortunes()));
  }

  private static Arbitrary<List<Timed>> timed(Arbitrary<Action> action) {
    return Combinators.combine(action, Arbitraries.integers().between(0, 60))
        .as(Timed::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }

  @Provide
  Arbitrary<List<Action>> calm() {
    Arbitrary<Boolean> never = Arbitraries.just(false);
    return Arbitraries.frequencyOf(
            Tuple.of(8, podActions(never)),
            Tuple.of(3, claimActions(never)),
            Tuple.of(2, parameterActions()),
            Tuple.of(2, nodeActions()))
        .list()
        .ofMinSize(1)
        .ofMaxSize(25);
  }
}
