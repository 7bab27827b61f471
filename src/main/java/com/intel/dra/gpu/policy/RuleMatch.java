package com.intel.dra.gpu.policy;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which GPUs a rule is for. Every condition must hold. An empty one always holds.
 *
 * @param nodes names of nodes
 * @param nodeLabels labels that the node must have, with their values
 */
public record RuleMatch(
    Set<String> nodes,
    Map<String, String> nodeLabels,
    Set<PciAddress> pciAddresses,
    Set<PciDeviceId> ids,
    Set<String> models,
    Optional<Boolean> integrated) {

  /** Every GPU of every node. */
  public static final RuleMatch EVERYTHING =
      new RuleMatch(Set.of(), Map.of(), Set.of(), Set.of(), Set.of(), Optional.empty());

  public RuleMatch {
    nodes = Set.copyOf(nodes);
    nodeLabels = Map.copyOf(nodeLabels);
    pciAddresses = Set.copyOf(pciAddresses);
    ids = Set.copyOf(ids);
    models = Set.copyOf(models);
  }

  boolean holds(NodeTraits node, GpuTraits gpu) {
    return holds(nodes, node.name())
        && node.labels().entrySet().containsAll(nodeLabels.entrySet())
        && holds(pciAddresses, gpu.address())
        && holds(ids, gpu.id())
        && holds(models, gpu.model())
        && integrated.map(wanted -> wanted == gpu.integrated()).orElse(true);
  }

  private static <T> boolean holds(Set<T> wanted, T is) {
    return wanted.isEmpty() || wanted.contains(is);
  }
}
