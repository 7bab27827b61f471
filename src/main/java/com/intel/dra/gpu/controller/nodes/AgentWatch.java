package com.intel.dra.gpu.controller.nodes;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.api.AgentLease;
import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import com.intel.dra.gpu.controller.cluster.ApiServer.Outcome;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.EventPublisher;
import com.intel.dra.gpu.controller.cluster.ReconcilerTriggers;
import com.intel.dra.gpu.controller.leader.LeaseReader;
import com.intel.dra.gpu.controller.nodes.AgentLiveness.Sign;
import com.intel.dra.gpu.controller.nodes.AgentLiveness.Verdict;
import com.intel.dra.gpu.controller.placing.ControllerMetrics;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Sets the GAS of a node to NotReady if its agent is silent, so that nothing new is placed there.
 * This status is the only field of the agent that the controller writes; the agent corrects it when
 * it is back.
 *
 * <p>Before an agent counts as silent, its Lease is read from the API server, because an informer
 * may lag behind. If the API server does not answer, the agents may have been unable to renew, and
 * the time of all agents begins anew.
 */
@Singleton
@IfBuildProfile("controller")
public class AgentWatch {

  public static final Duration PERIOD = Duration.ofSeconds(5);

  private static final Logger LOG = Logger.getLogger(AgentWatch.class);

  /** A process that slept for so long has seen no renewals meanwhile. */
  private static final Duration GAP = PERIOD.multipliedBy(3);

  /**
   * Longer than a write may take, with all its repetitions. A write that took longer shows that
   * this process slept.
   */
  private static final Duration LONGEST_WRITE = Duration.ofMinutes(1);

  private static final Duration SHORTEST = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final ClusterView view;
  private final ApiServer api;
  private final LeaseReader leaseReader;
  private final EventPublisher events;
  private final ReconcilerTriggers triggers;
  private final ControllerMetrics metrics;
  private final InstantSource clock;
  private final String namespace;
  private final AgentLiveness liveness;
  private final ObjectMapper json = new ObjectMapper();

  /** The nodes whose GAS could not be written come last: such a write may take long. */
  private final FailedLast order = new FailedLast();

  private Instant lastAwake = Instant.EPOCH;
  private boolean interrupted;

  public AgentWatch(
      ClusterView view,
      ApiServer api,
      LeaseReader leaseReader,
      EventPublisher events,
      ReconcilerTriggers triggers,
      ControllerMetrics metrics,
      InstantSource clock,
      @ConfigProperty(name = "gpu.namespace") String namespace,
      @ConfigProperty(name = "gpu.agent-without-lease-grace", defaultValue = "15m")
          Duration graceWithoutLease) {
    this.view = view;
    this.api = api;
    this.leaseReader = leaseReader;
    this.events = events;
    this.triggers = triggers;
    this.metrics = metrics;
    this.clock = clock;
    this.namespace = namespace;
    this.liveness = new AgentLiveness(graceWithoutLease);
  }

  /** To be called every {@link #PERIOD} while this process leads. Blocks. */
  public synchronized void look() {
    if (!view.isComplete() || !view.agentLeases.hasSynced()) {
      return;
    }
    Instant now = clock.instant();
    beginAnewAfterSleep(now, GAP);
    Map<String, GpuAllocationState> ready =
        view.nodes
            .list()
            .filter(gas -> GpuAllocationState.READY.equals(gas.getStatus()))
            .collect(Collectors.toMap(gas -> gas.getMetadata().getName(), Function.identity()));
    liveness.retain(ready.keySet());
    ready
        .keySet()
        .forEach(node -> liveness.see(node, view.agentLease(node).map(AgentWatch::sign), now));
    Set<String> overdue = nodes(ready, verdict -> verdict != Verdict.ALIVE, now);
    if (!overdue.isEmpty() && askFor(overdue)) {
      giveUpSilent(ready, now);
    }
  }

  /**
   * Ends after {@link #PERIOD}, so that no node is given up for what was known long before; the
   * next look continues.
   */
  private void giveUpSilent(Map<String, GpuAllocationState> ready, Instant now) {
    Instant begun = clock.instant();
    for (String node : order.order(nodes(ready, verdict -> verdict == Verdict.SILENT, now))) {
      tryToGiveUp(Objects.requireNonNull(ready.get(node)), now);
      Instant written = clock.instant();
      beginAnewAfterSleep(written, LONGEST_WRITE);
      if (Duration.between(begun, written).compareTo(PERIOD) > 0) {
        return;
      }
    }
  }

  /**
   * To be called whenever this process is known to run. The time of a look does not count as sleep:
   * the informer receives renewals meanwhile, and the next look sees them.
   *
   * @param longest how long this process may have been occupied since the last call
   */
  private void beginAnewAfterSleep(Instant now, Duration longest) {
    if (Duration.between(lastAwake, now).compareTo(longest) > 0) {
      liveness.beginAnew(now);
    }
    lastAwake = now;
  }

  private Set<String> nodes(
      Map<String, GpuAllocationState> ready, Predicate<Verdict> which, Instant now) {
    return ready.keySet().stream()
        .filter(node -> which.test(liveness.verdict(node, now)))
        .collect(Collectors.toSet());
  }

  /**
   * @return whether the API server answered soon enough
   */
  private boolean askFor(Set<String> nodes) {
    Instant asked = clock.instant();
    try {
      Map<String, Lease> current =
          leaseReader.ofAgents().stream()
              .collect(
                  Collectors.toMap(lease -> lease.getMetadata().getName(), Function.identity()));
      Instant answered = clock.instant();
      if (Duration.between(asked, answered).compareTo(PERIOD) > 0) {
        liveness.beginAnew(answered);
        return false;
      }
      for (String node : nodes) {
        Optional<Lease> lease = Optional.ofNullable(current.get(AgentLease.nameOf(node)));
        lease.ifPresent(now -> view.agentLeases.remember(now, now));
        liveness.see(node, lease.map(AgentWatch::sign), answered);
      }
      interrupted = false;
      return true;
    } catch (KubernetesClientException e) {
      if (!interrupted) {
        interrupted = true;
        LOG.warnf(
            "The Leases of the node agents cannot be read, so the time of their silence is counted from zero again: %s",
            e.getMessage());
      }
      liveness.beginAnew(clock.instant());
      return false;
    }
  }

  /** A GAS that cannot be written keeps no other node from being given up. */
  private void tryToGiveUp(GpuAllocationState gas, Instant now) {
    try {
      giveUp(gas, now);
    } catch (KubernetesClientException e) {
      order.failed(gas.getMetadata().getName());
      LOG.warnf(
          "The node agent of %s is silent, but its GpuAllocationState could not be set to %s, trying"
              + " again: %s",
          gas.getMetadata().getName(), GpuAllocationState.NOT_READY, e.getMessage());
    }
  }

  private void giveUp(GpuAllocationState gas, Instant now) {
    String node = gas.getMetadata().getName();
    Outcome<GpuAllocationState> outcome =
        api.mergePatch(
            gas,
            json.valueToTree(
                Map.of(
                    "metadata",
                    Map.of("resourceVersion", gas.getMetadata().getResourceVersion()),
                    "status",
                    GpuAllocationState.NOT_READY)));
    // after a conflict the next look decides again, because the writer may have been the agent
    if (outcome instanceof Outcome.Written<GpuAllocationState>(GpuAllocationState written)) {
      view.nodes.remember(gas, written);
      metrics.agentSilent();
      events.warn(written, EventReason.NODE_AGENT_SILENT, message(node, now));
      triggers.waiting();
    }
  }

  private String message(String node, Instant now) {
    String lease = namespace + "/" + AgentLease.nameOf(node);
    String sign =
        view.agentLease(node)
            .map(known -> "pod %s has not renewed Lease %s".formatted(sign(known).holder(), lease))
            .orElse("it has no Lease " + lease);
    return "the node agent has not shown for %d s that it works: %s. Nothing new is placed on node %s until it does; see the agent's pod and its log"
        .formatted(liveness.silence(node, now).toSeconds(), sign, node);
  }

  private static Sign sign(Lease lease) {
    var spec = Optional.ofNullable(lease.getSpec());
    return new Sign(
        spec.map(s -> s.getHolderIdentity()).orElse(""),
        spec.map(s -> s.getRenewTime()).map(Object::toString).orElse(""),
        spec.map(s -> s.getLeaseDurationSeconds())
            .map(Duration::ofSeconds)
            .map(AgentWatch::clamp)
            .orElse(AgentLease.DURATION));
  }

  private static Duration clamp(Duration duration) {
    if (duration.compareTo(SHORTEST) < 0) {
      return SHORTEST;
    }
    return duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
  }
}
