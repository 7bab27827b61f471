package com.intel.dra.gpu.nodeagent.policy;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.policy.GpuPolicy;
import com.intel.dra.gpu.policy.GpuTraits;
import com.intel.dra.gpu.policy.NodeTraits;
import com.intel.dra.gpu.policy.PolicyRules;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;

/** The policy of each GPU of this node: that of the rules, or else that of the settings. */
@Singleton
public class GpuPolicies {

  private final String nodeName;
  private final GpuPolicy settings;
  private volatile PolicyRules rules = PolicyRules.NONE;
  private volatile Optional<Map<String, String>> labels = Optional.empty();

  @Inject
  public GpuPolicies(AgentConfig config) {
    this.nodeName = config.nodeName();
    this.settings = AgentConfig.policy(config);
  }

  /** The policy of the GPU, and the rule that it follows. */
  public PolicyRules.Followed of(Gpu gpu) {
    var node = new NodeTraits(nodeName, labels.orElse(Map.of()));
    return rules.followedBy(node, GpuTraits.of(gpu), settings);
  }

  /** Whether everything is known that the rules choose by. */
  public boolean areKnown() {
    return labels.isPresent() || !rules.needLabels();
  }

  boolean hasRules() {
    return !rules.rules().isEmpty();
  }

  boolean needLabels() {
    return rules.needLabels();
  }

  /**
   * Forgets the labels if only these rules need them: they were not followed since they were read.
   *
   * @return whether these are other rules than before
   */
  public boolean follow(PolicyRules now) {
    boolean changed = !now.equals(rules);
    if (!rules.needLabels()) {
      labels = Optional.empty();
    }
    rules = now;
    return changed;
  }

  /**
   * @param now the labels of this node
   * @return whether the node had others before
   */
  public boolean setLabels(Map<String, String> now) {
    boolean changed = !Optional.of(now).equals(labels);
    labels = Optional.of(Map.copyOf(now));
    return changed;
  }
}
