package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kube-score finds nothing in what the chart renders, except what is meant to be so. Needs helm and
 * kube-score, but no cluster.
 */
class ChartPolicyIT {

  /** kube-score's grade of an object with nothing to say against it. */
  private static final int NOTHING_FOUND = 10;

  private static final String AGENT = "DaemonSet intel-gpu-node-agent";
  private static final String CONTROLLER = "Deployment intel-gpu-controller";

  /** By finding the objects that are meant to be so, each with its reason. */
  private static final Map<String, Set<String>> MEANT =
      Map.of(
          // a version or a digest names the image, so a node that has it need not ask the registry
          "container-image-pull-policy", Set.of(AGENT, CONTROLLER),
          // a container that is slowed down would make pods wait, or lose the leader's Lease
          "container-resources", Set.of(AGENT, CONTROLLER),
          // the root is read-only and /tmp is in memory; the kubelet bounds the log
          "container-ephemeral-storage-request-and-limit", Set.of(AGENT, CONTROLLER),
          // only root may write the kernel's files and the kubelet's folders
          "container-security-context-user-group-id", Set.of(AGENT));

  @TempDir Path folder;

  @Test
  void structuredModeIsWellFormedAndSafe() throws IOException {
    assertThat(
            findings(
                "mode=structured",
                "controller.explain=true",
                "nodeAgent.monitors=true",
                "nodeAgent.claimStatus=true"))
        .isEqualTo(MEANT);
  }

  @Test
  void classicModeIsWellFormedAndSafe() throws IOException {
    assertThat(findings("mode=classic")).isEqualTo(MEANT);
  }

  @Test
  void agentsThatAskTheGpusForTheirMemoryArePrivileged() throws IOException {
    Map<String, Set<String>> expected = new TreeMap<>();
    MEANT.keySet().forEach(check -> expected.put(check, Set.of(AGENT)));
    expected.put("container-security-context-privileged", Set.of(AGENT));

    assertThat(findings("mode=structured", "nodeAgent.drmMemory=true")).isEqualTo(expected);
  }

  /** Returns by the name of the check the objects in which it finds something. */
  private Map<String, Set<String>> findings(String... values) throws IOException {
    String[] more = {"networkPolicy.enabled=true", "monitoring.services=true"};
    Files.writeString(
        folder.resolve("manifest.yaml"),
        Chart.template(Stream.of(values, more).flatMap(Stream::of).toArray(String[]::new)));
    // it fails where it finds something
    JsonNode objects =
        new JsonMapper()
            .readTree(
                Shell.tryScript(
                    new Shell.Setting(folder, Map.of()),
                    "kube-score score --kubernetes-version v1.30 --output-format json manifest.yaml"));

    assertThat(objects).hasSizeGreaterThan(2);
    var findings = new TreeMap<String, Set<String>>();
    for (JsonNode object : objects) {
      String name =
          object.at("/type_meta/kind").asText() + " " + object.at("/object_meta/name").asText();
      for (JsonNode check : object.path("checks")) {
        if (!check.path("skipped").asBoolean() && check.path("grade").asInt() < NOTHING_FOUND) {
          findings.computeIfAbsent(check.at("/check/id").asText(), _ -> new TreeSet<>()).add(name);
        }
      }
    }
    return findings;
  }
}
