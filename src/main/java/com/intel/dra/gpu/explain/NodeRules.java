package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.NodeMatcher;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether a pod may run on a node, apart from devices and from what other pods use of the node. */
final class NodeRules {

  private static final String CORDON = "node.kubernetes.io/unschedulable";

  private NodeRules() {}

  /** A rule that keeps a pod away, and how. */
  record Broken(NodeAnswer.Rule rule, String why) {}

  /** The first rule that keeps the pod away. */
  static Optional<Broken> broken(Node node, Pod pod) {
    PodSpec spec = pod.getSpec();
    Map<String, String> labels =
        Objects.requireNonNullElse(node.getMetadata().getLabels(), Map.of());
    Map<String, String> wanted = Objects.requireNonNullElse(spec.getNodeSelector(), Map.of());
    Optional<String> missing =
        new TreeMap<>(wanted)
            .entrySet().stream()
                .filter(one -> !Objects.equals(labels.get(one.getKey()), one.getValue()))
                .map(one -> one.getKey() + "=" + one.getValue())
                .findFirst();
    if (missing.isPresent()) {
      return Optional.of(
          new Broken(
              NodeAnswer.Rule.NODE_SELECTOR,
              "it does not have the label %s of the pod's node selector".formatted(missing.get())));
    }
    Optional<NodeSelector> affinity =
        Optional.ofNullable(spec.getAffinity())
            .flatMap(all -> Optional.ofNullable(all.getNodeAffinity()))
            .flatMap(
                all ->
                    Optional.ofNullable(all.getRequiredDuringSchedulingIgnoredDuringExecution()));
    if (affinity.isPresent() && !NodeMatcher.matches(node, affinity.get())) {
      return Optional.of(
          new Broken(NodeAnswer.Rule.AFFINITY, "the pod's node affinity does not name it"));
    }
    return taints(node)
        .filter(taint -> List.of("NoSchedule", "NoExecute").contains(text(taint.getEffect())))
        .filter(taint -> spec.getTolerations().stream().noneMatch(one -> tolerates(one, taint)))
        .findFirst()
        .map(
            taint ->
                new Broken(
                    NodeAnswer.Rule.TAINT,
                    CORDON.equals(taint.getKey())
                        ? "it is cordoned, which kubectl uncordon ends"
                        : "the pod does not tolerate its taint " + shown(taint)));
  }

  private static String shown(Taint taint) {
    String value = text(taint.getValue());
    return "%s%s:%s"
        .formatted(taint.getKey(), value.isEmpty() ? "" : "=" + value, taint.getEffect());
  }

  private static Stream<Taint> taints(Node node) {
    if (node.getSpec() == null) {
      return Stream.of();
    }
    Stream<Taint> cordon =
        Boolean.TRUE.equals(node.getSpec().getUnschedulable())
            ? Stream.of(new Taint("NoSchedule", CORDON, null, null))
            : Stream.of();
    return Stream.concat(cordon, node.getSpec().getTaints().stream());
  }

  private static boolean tolerates(Toleration toleration, Taint taint) {
    boolean effect =
        text(toleration.getEffect()).isEmpty()
            || text(toleration.getEffect()).equals(text(taint.getEffect()));
    boolean key =
        text(toleration.getKey()).isEmpty()
            || text(toleration.getKey()).equals(text(taint.getKey()));
    boolean value =
        text(toleration.getOperator()).equals("Exists")
            || text(toleration.getValue()).equals(text(taint.getValue()));
    return effect && key && value;
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }
}
