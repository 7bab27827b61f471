package com.intel.dra.gpu.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.controller.app.FakeApiServer.CrashPoint;
import com.intel.dra.gpu.controller.app.FakeApiServer.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills the controller at every single write of a story, before the write is sent and after it has
 * arrived. The next controller must reach the result of a run without a crash.
 */
class CrashPointsTest {

  private static final int SEEDS = 2;

  /** The actions of users, one after another; the cluster settles after each. */
  enum Story {
    A_POD_COMES_AND_GOES(podWith(0, ownClaim(0)), new Action.DeletePod(0)),

    A_POD_WITH_TWO_CLAIMS_ENDS(
        podWith(0, ownClaim(0), ownClaim(1)), new Action.FinishPod(0), new Action.DeletePod(0)),

    TWO_PODS_SHARE_A_CLAIM(
        new Action.CreateClaim(0, 0, false),
        podWith(0, new Action.Use.Shared(0)),
        podWith(1, new Action.Use.Shared(0)),
        new Action.DeletePod(0),
        new Action.DeletePod(1),
        new Action.DeleteClaim(0)),

    A_CLAIM_IS_DELETED_WHILE_IT_IS_USED(
        new Action.CreateClaim(0, 0, false),
        podWith(0, new Action.Use.Shared(0)),
        new Action.DeleteClaim(0),
        new Action.DeletePod(0)),

    IMMEDIATE_CLAIMS(
        new Action.CreateClaim(0, 0, true),
        podWith(0, new Action.Use.Shared(0)),
        podWith(1, new Action.Use.Own(1, true), new Action.Use.Own(1, true)),
        new Action.DeletePod(0),
        new Action.DeletePod(1),
        new Action.RequestDeallocation(0),
        new Action.DeleteClaim(0)),

    /** GPUs of 1000 and 700 MiB: the third pod has to wait for the first to end. */
    PODS_WAIT_FOR_EACH_OTHER(
        podWith(0, ownClaim(0)),
        podWith(1, ownClaim(0)),
        podWith(2, ownClaim(0)),
        new Action.DeletePod(0),
        new Action.DeletePod(1),
        new Action.DeletePod(2)),

    A_NODE_IS_LOST_AND_RETURNS(
        podWith(0, ownClaim(0)),
        new Action.LoseNode(0),
        podWith(1, ownClaim(1)),
        new Action.ReturnNode(0),
        new Action.DeletePod(0),
        new Action.DeletePod(1)),

    THE_GAS_IS_DELETED(podWith(0, ownClaim(0)), new Action.DeleteGas(0), new Action.DeletePod(0));

    private final List<Action> actions;

    Story(Action... actions) {
      this.actions = List.of(actions);
    }
  }

  /** The controller logs what it does, which would be some thousand lines here. */
  @BeforeAll
  static void beQuiet() {
    Logger.getLogger("com.intel.dra.gpu.controller").setLevel(Level.OFF);
  }

  @AfterAll
  static void speak() {
    Logger.getLogger("com.intel.dra.gpu.controller").setLevel(null);
  }

  @ParameterizedTest
  @EnumSource
  void aControllerThatEndsAtAnyWriteLeavesNoTrace(Story story) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      World calm = tell(story, seed, List.of());
      int writes = calm.controller().api.writes();
      assertThat(writes).as("writes of %s", story).isGreaterThan(4);

      for (CrashPoint point : points(writes)) {
        assertSameEnd(story, seed, calm, List.of(point));
      }
    }
  }

  /** The second controller ends while it handles what the first has left. */
  @Test
  void norDoTwoThatEndOneAfterTheOther() {
    Story story = Story.A_POD_WITH_TWO_CLAIMS_ENDS;
    World calm = tell(story, 1, List.of());

    for (CrashPoint first : points(calm.controller().api.writes())) {
      int left = 0;
      do {
        left++;
      } while (crashesAt(story, calm, List.of(first, new CrashPoint(left, Failure.AFTER))) == 2);
      assertThat(left).as("writes after %s", first).isPositive();
    }
  }

  private static int crashesAt(Story story, World calm, List<CrashPoint> points) {
    return assertSameEnd(story, 1, calm, points).crashes();
  }

  private static World assertSameEnd(Story story, long seed, World calm, List<CrashPoint> points) {
    World world = tell(story, seed, points);
    assertThat(world.crashes()).isPositive();
    assertThat(new Actions(world).picture())
        .as("%s with seed %d, ended at %s", story, seed, points)
        .isEqualTo(new Actions(calm).picture());
    return world;
  }

  private static List<CrashPoint> points(int writes) {
    var points = new ArrayList<CrashPoint>();
    for (int write = 1; write <= writes; write++) {
      points.add(new CrashPoint(write, Failure.BEFORE));
      points.add(new CrashPoint(write, Failure.AFTER));
    }
    return points;
  }

  /** Checks the invariants after every write, and again when the cluster has settled. */
  private static World tell(Story story, long seed, List<CrashPoint> points) {
    World world = World.ofOrder(seed, Policy.DEFAULT, List.of(List.of(1000), List.of(700)));
    var hands = new Actions(world);
    hands.carryOut(new Action.SetParameters(0, 1, 600));
    hands.carryOut(new Action.SetParameters(1, 1, 100));
    world.settleInOrder(0);
    world.endControllersAt(points);
    for (Action action : story.actions) {
      hands.carryOut(action);
      world.settleInOrder(0);
      world.checkAtRest();
    }
    return world;
  }

  private static Action podWith(int pod, Action.Use... uses) {
    return new Action.CreatePod(pod, List.of(uses));
  }

  private static Action.Use ownClaim(int parameters) {
    return new Action.Use.Own(parameters, false);
  }
}
