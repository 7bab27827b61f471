package com.intel.dra.gpu.nodeagent.policy;

import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.metrics.Metric;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.tell.NodeEvents;
import com.intel.dra.gpu.policy.PolicyRules;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Follows the file with the administrator's rules, and the labels of this node if rules choose by
 * them. Rules that are refused change nothing, and are told once by an Event on the Node.
 */
@Singleton
public class PolicyWatch {

  private static final Logger LOG = Logger.getLogger(PolicyWatch.class);

  /** The labels of a node seldom change, and each look is a request to the API server. */
  private static final int LOOKS_PER_LABELS = 30;

  private final PolicyFile file;
  private final GpuPolicies policies;
  private final NodeLabels labels;
  private final NodeEvents events;
  private final GasInformer gas;
  private boolean isFirst = true;
  private int looks;
  private volatile boolean isRefused;
  private List<Told> untold = List.of();

  private record Told(EventReason reason, String message) {}

  @Inject
  public PolicyWatch(
      AgentConfig config,
      DraMode mode,
      GpuPolicies policies,
      NodeLabels labels,
      NodeEvents events,
      GasInformer gas,
      Meters meters) {
    this.file =
        new PolicyFile(
            config.policyFile(), config.stateDir(mode), AgentConfig.sharingByMemory(config));
    this.policies = policies;
    this.labels = labels;
    this.events = events;
    this.gas = gas;
    meters.gauge(Metric.POLICY_REFUSED, () -> isRefused ? 1 : 0);
  }

  /**
   * Reads the file. Call this before anything is published; it does not wait for the API server.
   */
  public synchronized void lookAtTheFile() {
    Optional<PolicyRules> kept = isFirst ? file.kept() : Optional.empty(); // a look replaces them
    switch (file.look()) {
      case PolicyFile.Look.Unchanged _ -> {}
      case PolicyFile.Look.Good(PolicyRules rules) -> {
        if (isRefused) {
          tell(EventReason.POLICY_ACCEPTED, "The rules for GPUs are followed again");
        }
        isRefused = false;
        boolean hadRules = policies.hasRules() || !kept.orElse(PolicyRules.NONE).rules().isEmpty();
        follow(rules);
        if (hadRules && !policies.hasRules()) {
          tell(
              EventReason.POLICY_REMOVED,
              "There are no rules for GPUs any more (ConfigMap intel-gpu-policy), and the settings hold for all GPUs");
        }
      }
      case PolicyFile.Look.Refused(String why) -> {
        kept.ifPresent(this::follow);
        String instead =
            isFirst && kept.isEmpty() ? "the settings hold for all GPUs" : "the rules before hold";
        isRefused = true;
        tell(
            EventReason.POLICY_REFUSED,
            "The rules for GPUs (ConfigMap intel-gpu-policy) are refused, and %s: %s"
                .formatted(instead, why));
      }
    }
    isFirst = false;
  }

  /** Call this periodically. May wait for the API server. */
  public void look() {
    lookAtTheFile();
    takeUntold().forEach(told -> events.tell(told.reason(), told.message()));
    if (policies.needLabels() && (!policies.areKnown() || looks % LOOKS_PER_LABELS == 0)) {
      labels.read().filter(policies::setLabels).ifPresent(_ -> gas.reconcileSoon());
    }
    looks++;
  }

  private void follow(PolicyRules rules) {
    if (policies.follow(rules)) {
      LOG.infof("Following %d rules for GPUs", rules.rules().size());
      gas.reconcileSoon();
    }
  }

  private void tell(EventReason reason, String message) {
    untold = Stream.concat(untold.stream(), Stream.of(new Told(reason, message))).toList();
  }

  private synchronized List<Told> takeUntold() {
    List<Told> taken = untold;
    untold = List.of();
    return taken;
  }
}
