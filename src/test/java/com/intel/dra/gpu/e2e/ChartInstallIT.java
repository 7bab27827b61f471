package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.controller.leader.ElectionTimes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Helm chart in classic mode, instead of the driver that the other tests use. */
class ChartInstallIT {

  private static final String CLASS = "deploy/resource-class.yaml";
  private static final String POLICY = "deploy/components/node-restriction/policy.yaml";
  private static final String JSON = ".settings.QUARKUS_LOG_CONSOLE_JSON_ENABLED=true";

  @RegisterExtension final RealCluster cluster = new RealCluster();

  private final Driver driver = new Driver(cluster);
  private boolean hadPolicy;

  @BeforeEach
  void makeRoom() {
    hadPolicy = !Shell.kubectl("get", "-f", POLICY, "--ignore-not-found", "-o", "name").isBlank();
    driver.uninstall();
    Shell.kubectl("delete", "-f", CLASS, "-f", POLICY, "--ignore-not-found");
    Shell.kubectl("delete", "lease", ElectionTimes.LEASE, "-n", "default", "--ignore-not-found");
  }

  @AfterEach
  void putTheDriverBack() {
    Chart.remove();
    Shell.kubectl("apply", "-f", CLASS);
    if (hadPolicy) {
      Shell.kubectl("apply", "-f", POLICY);
    }
    driver.install();
    cluster.eventually(
        "the nodes are ready again",
        () ->
            assertThat(RealCluster.NODES)
                .allMatch(node -> cluster.gas(node).getStatus().equals("Ready")));
  }

  @Test
  void podsGetGpusLogsAreJsonAndUninstallingLeavesTheDefinitionsAndWhatRuns() {
    Chart.install("controller" + JSON, "nodeAgent" + JSON);
    cluster.parameters("p", "{count: 1, memory: 1000}");
    cluster.template("p", "p");
    cluster.pod("holder", "", Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning("holder");
    String claim = cluster.namespace() + "/" + cluster.claims().getFirst().getMetadata().getName();
    String node = cluster.getPod("holder").getSpec().getNodeName();

    cluster.eventually(
        "the controller has told of it",
        () ->
            assertThat(log(RealCluster.CONTROLLER))
                .anySatisfy(
                    line ->
                        assertThat(line)
                            .contains(
                                "\"message\":\"Allocated claim " + claim,
                                "\"level\":\"INFO\"",
                                "\"claim\":\"" + claim + "\"",
                                "\"node\":\"" + node + "\"",
                                "\"pod\":\"" + cluster.namespace() + "/holder\"")));
    cluster.eventually(
        "the agent has told of it",
        () ->
            assertThat(log(RealCluster.AGENT))
                .anySatisfy(
                    line ->
                        assertThat(line)
                            .contains(
                                "\"message\":\"Prepared claim " + claim,
                                "\"claim\":\"" + claim + "\"",
                                "\"node\":\"" + node + "\"")));

    Chart.upgrade("controller.settings.GPU_ALLOCATION_POLICY=packed");
    cluster.pod("second", "", Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning("second");

    String records = gasUids();
    Chart.upgrade("crds.install=false");
    assertThat(gasUids())
        .as("what is defined by definitions that left the release stays")
        .isNotBlank()
        .isEqualTo(records);

    Chart.uninstall();

    Chart.assertLeavesTheDefinitionsAlone(cluster, 3);
    for (String name : RealCluster.NODES) {
      assertThat(
              Shell.onNode(
                  name, "find", "/var/lib/kubelet/plugins/gpu.dra.intel.com", "-name", "*.sock"))
          .isBlank();
    }
    Chart.assertKeepsItsGpu(cluster, "holder");
    Chart.assertKeepsItsGpu(cluster, "second");
  }

  private static String gasUids() {
    return Shell.kubectl(
        "get", "gas", "-n", Chart.NAMESPACE, "-o", "jsonpath={.items[*].metadata.uid}");
  }

  private static List<String> log(String application) {
    return Shell.kubectl(
            "logs",
            "-n",
            Chart.NAMESPACE,
            "-l",
            "app.kubernetes.io/name=" + application,
            "-c",
            application,
            "--tail=-1")
        .lines()
        .toList();
  }
}
