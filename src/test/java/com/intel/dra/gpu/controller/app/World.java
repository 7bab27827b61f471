package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.NAMESPACE;
import static com.intel.dra.gpu.classic.TestingObjects.resourceClass;

import com.intel.dra.gpu.allocation.Policy;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A cluster with this driver's controller. It does one small step at a time, which a seed chooses.
 */
public final class World {

  /** Far more steps than any test needs to settle. */
  private static final int MAX_STEPS = 50_000;

  public final FakeCluster cluster = new FakeCluster();
  public final List<TestingNode> nodes = new ArrayList<>();
  final TestingScheduler scheduler;
  final TestingClaimController claimController = new TestingClaimController(cluster);
  private final Random random;
  private final Policy policy;
  private final Invariants invariants;
  private ControllerProcess controller;

  /** A controller that does not know yet that it leads no more. */
  private Optional<ControllerProcess> deposed = Optional.empty();

  private Optional<ControllerProcess> asleep = Optional.empty();

  private long checked;
  private int restartsLeft;
  private final Queue<FakeApiServer.CrashPoint> crashPoints = new ArrayDeque<>();
  private int crashes;

  /**
   * @param gpuMiB the memory of each GPU of each node
   * @param preference how the scheduler chooses one of several nodes
   */
  World(
      long seed,
      Policy policy,
      List<List<Integer>> gpuMiB,
      Function<List<String>, String> preference) {
    this.random = new Random(seed);
    this.policy = policy;
    for (int node = 0; node < gpuMiB.size(); node++) {
      nodes.add(new TestingNode(cluster, "node" + node, gpuMiB.get(node)));
    }
    scheduler = new TestingScheduler(cluster, this::namesOfNodes, preference);
    invariants = new Invariants(cluster, nodes, policy);
    cluster.created(resourceClass());
    controller = new ControllerProcess(cluster, policy);
  }

  /** A world in which the scheduler chooses any node. */
  static World ofChance(long seed, Policy policy, List<List<Integer>> gpuMiB) {
    var preferences = new Random(~seed);
    return new World(
        seed, policy, gpuMiB, suitable -> suitable.get(preferences.nextInt(suitable.size())));
  }

  /**
   * A world in which the scheduler chooses the first node, so that only the controller makes
   * choices.
   */
  public static World ofOrder(long seed, Policy policy, List<List<Integer>> gpuMiB) {
    return new World(seed, policy, gpuMiB, List::getFirst);
  }

  public ControllerProcess controller() {
    return controller;
  }

  private Set<String> namesOfNodes() {
    return nodes.stream()
        .filter(TestingNode::isUp)
        .map(TestingNode::name)
        .collect(Collectors.toSet());
  }

  public <T extends HasMetadata> Optional<T> read(Class<T> kind, String name) {
    return cluster.read(kind, NAMESPACE, name);
  }

  /** Ends the controller at this point and starts another one. */
  void restart() {
    controller.end();
    controller = new ControllerProcess(cluster, policy);
    nextCrashPoint();
  }

  /**
   * Sets where the controller ends, then the next one, and so on; another one follows each of them.
   */
  void endControllersAt(List<FakeApiServer.CrashPoint> points) {
    crashPoints.addAll(points);
    nextCrashPoint();
  }

  private void nextCrashPoint() {
    Optional.ofNullable(crashPoints.poll()).ifPresent(controller.api::endAt);
  }

  /** Returns how often a controller has ended at such a point. */
  int crashes() {
    return crashes;
  }

  /**
   * Lets another controller lead, while this one continues: it receives all events late, and reacts
   * to them.
   */
  void depose() {
    endDeposed();
    deposed = Optional.of(controller);
    controller = new ControllerProcess(cluster, policy);
  }

  /** Does {@link #depose}, but the deposed controller sleeps until the test wakes it. */
  void deposeAsleep() {
    depose();
    asleep = deposed;
    deposed = Optional.empty();
  }

  /**
   * Wakes the deposed controller, which still has the knowledge from when it was deposed, and lets
   * it do all its pending work.
   */
  void letDeposedFinish() {
    deposed = asleep;
    asleep = Optional.empty();
    while (deposed.filter(this::step).isPresent()) {
      check();
    }
  }

  /** Ends the deposed controller, because it has noticed that it does not lead. */
  void endDeposed() {
    deposed.ifPresent(ControllerProcess::end);
    deposed = Optional.empty();
  }

  /** Does that many steps, if there are as many to do. */
  public void goOn(int steps) {
    for (int step = 0; step < steps; step++) {
      boolean anything =
          random.nextInt(20) == 0 && controller.clock.passToNextAlarm()
              || random.nextInt(3) == 0 && deposed.filter(this::step).isPresent()
              || (random.nextInt(3) > 0
                  ? stepController() || stepOthers()
                  : stepOthers() || stepController());
      check();
      if (!anything) {
        return;
      }
    }
  }

  /** Does steps in any order until nothing is left to do. */
  public void settle() {
    settle(() -> random.nextBoolean() ? stepController() || stepOthers() : stepOthers());
  }

  /**
   * Lets the other processes wait for the controller each time, so that only the order within the
   * controller varies.
   *
   * @param restarts how often the controller may end meanwhile
   */
  void settleInOrder(int restarts) {
    restartsLeft = restarts;
    settle(
        () -> {
          if (restartsLeft > 0 && random.nextInt(12) == 0) {
            restartsLeft--;
            restart();
          }
          return stepController() || controller.clock.passToNextAlarm() || stepOthersInOrder();
        });
  }

  private void settle(BooleanSupplier step) {
    for (int steps = 0; steps < MAX_STEPS; steps++) {
      boolean anything =
          step.getAsBoolean()
              || stepController()
              || stepOthers()
              || controller.clock.passToNextAlarm();
      check();
      if (!anything) {
        return;
      }
    }
    throw new AssertionError(
        "does not come to rest; the last requests: "
            + controller.api.requests().reversed().stream().limit(30).toList()
            + ", failures: "
            + controller.failures().stream().limit(3).toList());
  }

  private void check() {
    if (controller.api.hasEnded()) {
      crashes++;
      restart();
    }
    if (checked != cluster.version()) {
      checked = cluster.version();
      invariants.checkAlways();
    }
  }

  /** Checks what must hold when nothing is left to do. */
  public void checkAtRest() {
    invariants.checkAtRest(controller);
  }

  private boolean stepController() {
    return step(controller);
  }

  private boolean step(ControllerProcess process) {
    var options = new ArrayList<Runnable>();
    List<Runnable> starts = process.starts();
    for (int i = 0; i < starts.size(); i++) {
      int start = i;
      options.add(() -> starts.remove(start).run());
    }
    for (int i = 0; i < process.threads.ready(); i++) {
      int thread = i;
      options.add(() -> process.threads.goOn(thread));
    }
    for (FakeInformer<?> informer : process.informers()) {
      if (informer.isBehind()) {
        options.add(informer::hear);
      }
    }
    if (options.isEmpty()) {
      return false;
    }
    options.get(random.nextInt(options.size())).run();
    return true;
  }

  private boolean stepOthers() {
    List<BooleanSupplier> others = others();
    Collections.shuffle(others, random);
    return others.stream().anyMatch(BooleanSupplier::getAsBoolean);
  }

  private boolean stepOthersInOrder() {
    return others().stream().anyMatch(BooleanSupplier::getAsBoolean);
  }

  private List<BooleanSupplier> others() {
    var others = new ArrayList<BooleanSupplier>();
    others.add(claimController::act);
    nodes.forEach(node -> others.add(node::act));
    for (Pod pod : scheduler.waiting()) {
      others.add(() -> scheduler.act(pod));
    }
    return others;
  }
}
