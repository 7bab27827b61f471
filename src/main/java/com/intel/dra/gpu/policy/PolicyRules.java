package com.intel.dra.gpu.policy;

import java.util.List;
import java.util.Optional;

/** Rules in their order: a GPU follows the first one that is for it, and no other. */
public record PolicyRules(List<PolicyRule> rules) {

  public static final PolicyRules NONE = new PolicyRules(List.of());

  public PolicyRules {
    rules = List.copyOf(rules);
  }

  /**
   * The policy of a GPU, and its source.
   *
   * @param rule the name of the rule that it follows; empty if no rule is for it
   */
  public record Followed(GpuPolicy policy, Optional<String> rule) {}

  /** Whether any rule chooses nodes by their labels. */
  public boolean needLabels() {
    return rules.stream().anyMatch(rule -> !rule.match().nodeLabels().isEmpty());
  }

  /**
   * The policy of a GPU.
   *
   * @param settings what holds where no rule says otherwise
   */
  public Followed followedBy(NodeTraits node, GpuTraits gpu, GpuPolicy settings) {
    return rules.stream()
        .filter(rule -> rule.match().holds(node, gpu))
        .findFirst()
        .map(rule -> new Followed(rule.over(settings), Optional.of(rule.name())))
        .orElseGet(() -> new Followed(settings, Optional.empty()));
  }
}
