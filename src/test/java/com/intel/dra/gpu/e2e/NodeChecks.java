package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;

/** Runs the command {@code self-check} in the agent of a node, as an administrator does. */
final class NodeChecks {

  private final RealCluster cluster;

  NodeChecks(RealCluster cluster) {
    this.cluster = cluster;
  }

  /** Checks that all nodes report no disagreement after a while. */
  void assertNoDisagreement() {
    for (String node : RealCluster.NODES) {
      cluster.eventually(
          "nobody disagrees on " + node, () -> assertThat(disagreements(node)).isEmpty());
    }
  }

  /** Checks that the pod's containers never restarted. */
  void assertUntouched(String pod) {
    assertThat(cluster.getPod(pod).getStatus().getContainerStatuses())
        .allMatch(container -> container.getRestartCount() == 0);
  }

  /** Returns the Events in which the kubelet reports that it could not prepare the pod's claims. */
  List<Event> failedPrepares(Pod pod) {
    return cluster.events(pod).stream()
        .filter(event -> event.getReason().equals("FailedPrepareDynamicResources"))
        .toList();
  }

  /** Returns what the check reports for that node, as {@code KIND OBJECT}. */
  List<String> disagreements(String node) {
    return disagreements(report(node));
  }

  static List<String> disagreements(JsonNode report) {
    assertThat(report.path("exitCode").asInt(2)).as(report.toString()).isLessThan(2);
    var found = new ArrayList<String>();
    report
        .path("disagreements")
        .forEach(one -> found.add(one.path("kind").asText() + " " + one.path("object").asText()));
    return found;
  }

  /**
   * @param arguments in addition to {@code --json}
   */
  JsonNode report(String node, String... arguments) {
    var command =
        new ArrayList<>(
            List.of(
                "exec",
                cluster.agentOn(node).getMetadata().getName(),
                "-c",
                RealCluster.AGENT,
                "--",
                "java",
                "@self-check",
                "--json"));
    command.addAll(List.of(arguments));
    // a non-zero exit code of the check is not a failure of kubectl
    String printed = Shell.tryKubectl(command.toArray(String[]::new));
    int begin = printed.indexOf('{');
    int end = printed.lastIndexOf('}') + 1;
    if (begin < 0 || end <= begin) {
      throw new AssertionError(printed);
    }
    try {
      return new ObjectMapper().readTree(printed.substring(begin, end));
    } catch (JsonProcessingException e) {
      throw new AssertionError(printed, e);
    }
  }
}
