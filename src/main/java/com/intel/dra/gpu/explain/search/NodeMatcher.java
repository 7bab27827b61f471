package com.intel.dra.gpu.explain.search;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a node is one of those that a selector of nodes names. */
public final class NodeMatcher {

  private NodeMatcher() {}

  /** Whether a slice or device with these fields is there for the node. */
  static boolean matches(
      Node node,
      @Nullable String nodeName,
      @Nullable Boolean allNodes,
      @Nullable NodeSelector selector) {
    if (nodeName != null && !nodeName.isEmpty()) {
      return nodeName.equals(node.getMetadata().getName());
    }
    return Boolean.TRUE.equals(allNodes) || (selector != null && matches(node, selector));
  }

  /** Whether one of the selector's terms matches the node. */
  public static boolean matches(Node node, NodeSelector selector) {
    return selector.getNodeSelectorTerms().stream().anyMatch(term -> matches(node, term));
  }

  private static boolean matches(Node node, NodeSelectorTerm term) {
    List<NodeSelectorRequirement> expressions = term.getMatchExpressions();
    List<NodeSelectorRequirement> fields = term.getMatchFields();
    if (expressions.isEmpty() && fields.isEmpty()) {
      return false;
    }
    Map<String, String> labels =
        Objects.requireNonNullElse(node.getMetadata().getLabels(), Map.of());
    String name = node.getMetadata().getName();
    return expressions.stream()
            .allMatch(one -> matches(Optional.ofNullable(labels.get(one.getKey())), one))
        && fields.stream()
            .allMatch(
                one ->
                    Objects.equals(one.getKey(), "metadata.name")
                        && matches(Optional.ofNullable(name), one));
  }

  private static boolean matches(Optional<String> value, NodeSelectorRequirement requirement) {
    List<String> values = requirement.getValues();
    return switch (requirement.getOperator()) {
      case "In" -> value.filter(values::contains).isPresent();
      case "NotIn" -> value.filter(values::contains).isEmpty();
      case "Exists" -> value.isPresent();
      case "DoesNotExist" -> value.isEmpty();
      case "Gt" -> compare(value, values).filter(order -> order > 0).isPresent();
      case "Lt" -> compare(value, values).filter(order -> order < 0).isPresent();
      case null, default -> false;
    };
  }

  private static Optional<Integer> compare(Optional<String> value, List<String> values) {
    try {
      return value
          .filter(unused -> values.size() == 1)
          .map(text -> Long.compare(Long.parseLong(text), Long.parseLong(values.getFirst())));
    } catch (NumberFormatException notNumber) {
      return Optional.empty();
    }
  }
}
