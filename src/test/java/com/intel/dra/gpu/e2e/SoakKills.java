package com.intel.dra.gpu.e2e;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Kills processes of the driver and processes that it depends on, by SIGKILL, and measures how long
 * each is away.
 */
final class SoakKills {

  /** The kinds of processes to kill. */
  enum Victim {
    CONTROLLER,
    AGENT,
    KUBELET
  }

  /**
   * @param isBack whether a later look finds the process running again
   */
  private record Away(Victim victim, Instant since, IsBack isBack) {}

  @FunctionalInterface
  private interface IsBack {
    boolean look();
  }

  private final RealCluster cluster;
  private final boolean hasController;
  private final List<Away> away = new ArrayList<>();
  private final Map<Victim, Integer> kills = new EnumMap<>(Victim.class);
  private final Map<Victim, Duration> longest = new EnumMap<>(Victim.class);

  SoakKills(RealCluster cluster, boolean hasController) {
    this.cluster = cluster;
    this.hasController = hasController;
  }

  /** Kills a random process; does nothing if that one is dead already. */
  void killAny(RandomGenerator random) {
    String node = RealCluster.NODES.get(random.nextInt(RealCluster.NODES.size()));
    int dice = random.nextInt(hasController ? 10 : 7);
    if (dice < 4) {
      killIn(Victim.AGENT, cluster.agentOn(node));
    } else if (dice < 7) {
      killKubelet(node);
    } else {
      // one of the two controllers, the leader with the same probability as the other
      List<Pod> controllers = cluster.podsOf(RealCluster.CONTROLLER);
      killIn(Victim.CONTROLLER, controllers.get(random.nextInt(controllers.size())));
    }
  }

  private void killIn(Victim victim, Pod pod) {
    int before = restarts(pod);
    if (Processes.killAny(pod, Driver.JAR)) {
      killed(
          victim,
          () ->
              Optional.ofNullable(cluster.client().resource(pod).get())
                  .filter(now -> restarts(now) > before)
                  .filter(Readiness::isPodReady)
                  .isPresent());
    }
  }

  private static int restarts(Pod pod) {
    return pod.getStatus().getContainerStatuses().stream()
        .filter(status -> status.getName().startsWith("intel-gpu"))
        .mapToInt(ContainerStatus::getRestartCount)
        .sum();
  }

  /**
   * Also ends the waits of containers that have ended often, because only the kubelet's memory has
   * them.
   */
  void killKubelet(String node) {
    Instant now = Instant.now();
    Daemons.restartAtOnce(node + "-kubelet");
    killed(Victim.KUBELET, () -> isHeardOfSince(node, now));
  }

  private boolean isHeardOfSince(String node, Instant since) {
    return cluster.client().nodes().withName(node).get().getStatus().getConditions().stream()
        .filter(condition -> condition.getType().equals("Ready"))
        .filter(condition -> condition.getStatus().equals("True"))
        .map(NodeCondition::getLastHeartbeatTime)
        .map(Instant::parse)
        .anyMatch(heard -> !heard.isBefore(since.minusSeconds(1)));
  }

  private void killed(Victim victim, IsBack isBack) {
    kills.merge(victim, 1, Integer::sum);
    away.add(new Away(victim, Instant.now(), isBack));
  }

  /** Notes which processes are back, and returns whether all are. */
  boolean areAllBack() {
    for (Iterator<Away> all = away.iterator(); all.hasNext(); ) {
      Away one = all.next();
      if (one.isBack().look()) {
        all.remove();
        longest.merge(
            one.victim(),
            Duration.between(one.since(), Instant.now()),
            (a, b) -> a.compareTo(b) > 0 ? a : b);
      }
    }
    return away.isEmpty();
  }

  int count() {
    return kills.values().stream().mapToInt(count -> count).sum();
  }

  @Override
  public String toString() {
    return "kills: %s; longest away: %s".formatted(kills, longest);
  }
}
