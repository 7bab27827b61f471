package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.intel.dra.gpu.api.AgentLease;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the driver has on a node while it runs, when nothing uses it, and when it is removed. */
class FootprintIT {

  private static final String PLUGIN = "/var/lib/kubelet/plugins/gpu.dra.intel.com";
  private static final String REGISTRY = "/var/lib/kubelet/plugins_registry";
  private static final String CDI = "/var/run/cdi";
  private static final String CDI_FILE = CDI + "/intel.com-gpu.yaml";
  private static final String CDI_LOCK_FILE = CDI + "/.intel.com-gpu.yaml.lock";
  private static final String PREPARED_FILE = PLUGIN + "/prepared-claims.json";
  private static final String VF_HOSTS_FILE = PLUGIN + "/vf-hosts.json";

  @RegisterExtension final RealCluster cluster = new RealCluster();

  private final Driver driver = new Driver(cluster);
  private boolean isInstalled = true;

  @AfterEach
  void installAgain() {
    if (!isInstalled) {
      driver.install();
    }
  }

  @Test
  void nothingListensOnTcpButHealthAndMetrics() {
    Stream.of(RealCluster.CONTROLLER, RealCluster.AGENT)
        .flatMap(application -> cluster.podsOf(application).stream())
        .forEach(
            pod ->
                assertThat(Processes.tcpListenersOf(pod))
                    .as(pod.getMetadata().getName())
                    .containsExactly(9000));
  }

  /** The JVM says why it does not, and works without it, slower and with more memory. */
  @Test
  void theAotCacheOfTheImageIsUsed() {
    Stream.of(RealCluster.CONTROLLER, RealCluster.AGENT)
        .flatMap(application -> cluster.podsOf(application).stream())
        .map(pod -> pod.getMetadata().getName())
        .forEach(
            pod ->
                assertThat(
                        Shell.kubectl(
                            "logs", pod, "-n", "default", "--all-containers", "--tail=-1"))
                    .as(pod)
                    .doesNotContain("[aot]"));
  }

  @Test
  void theSocketsAreRootsAlone() {
    assertThat(filesBelow(PLUGIN, "s")).hasSize(1);
    assertThat(filesBelow(REGISTRY, "s")).hasSize(1);
    for (String folder : List.of(PLUGIN, REGISTRY)) {
      String socket = filesBelow(folder, "s").getFirst();
      assertThat(Shell.onNode("node1", "stat", "-c", "%a %u", socket).strip()).isEqualTo("600 0");
    }
    assertThat(Shell.onNode("node1", "stat", "-c", "%a %u", PLUGIN).strip()).isEqualTo("750 0");
  }

  @Test
  void whenAllPodsAreGoneNoFinalizerNoCdiEntryAndNoPreparedClaimIsLeft() throws IOException {
    cluster.parameters("p", "{count: 1, memory: 500}");
    cluster.template("inline", "p");
    cluster.claim("external", "p", "WaitForFirstConsumer");
    String onNode1 = "nodeSelector: {kubernetes.io/hostname: node1}";
    cluster.pod("one", onNode1, Map.of("gpu", RealCluster.ofTemplate("inline")));
    cluster.pod("two", onNode1, Map.of("gpu", RealCluster.ofClaim("external")));
    cluster.awaitRunning("one", "two");
    assertThat(preparedClaims()).hasSize(2);

    cluster.deletePod("one");
    cluster.deletePod("two");
    cluster.eventually("both are unprepared", () -> assertThat(preparedClaims()).isEmpty());
    cluster.deleteClaim("external");
    cluster.eventually(
        "no finalizer holds a claim back", () -> assertThat(cluster.claims()).isEmpty());
    cluster.eventually(
        "the GAS is clean",
        () -> {
          assertThat(cluster.gas("node1").getSpec().prepared()).isEmpty();
          assertThat(cluster.gas("node1").getSpec().resourceClaimAllocations()).isEmpty();
        });

    assertThat(filesBelow(CDI, "f")).containsExactly(CDI_LOCK_FILE, CDI_FILE);
    JsonNode spec = new YAMLMapper().readTree(Shell.onNode("node1", "cat", CDI_FILE));
    assertThat(spec.path("devices").findValuesAsText("name"))
        .containsExactlyElementsOf(Topology.USUAL.uids());
  }

  /** Follows docs/operate/install.md. */
  @Test
  void anUninstalledDriverLeavesNoSocketAndAtMostTheFilesThatTheDocsName() {
    isInstalled = false;
    driver.uninstall();

    assertThat(filesBelow(PLUGIN, "s")).isEmpty();
    assertThat(filesBelow(REGISTRY, "s")).isEmpty();
    assertThat(
            List.of(
                CDI_FILE,
                CDI_LOCK_FILE,
                PREPARED_FILE,
                PREPARED_FILE + ".lock",
                PREPARED_FILE + ".synced",
                VF_HOSTS_FILE,
                VF_HOSTS_FILE + ".lock",
                PLUGIN + "/acting.lock",
                PLUGIN + "/dra-mode"))
        .containsAll(
            Stream.of(PLUGIN, REGISTRY, CDI).flatMap(f -> filesBelow(f, "f").stream()).toList());
    assertThat(cluster.client().rbac().clusterRoles().list().getItems())
        .extracting(role -> role.getMetadata().getName())
        .noneMatch(name -> name.startsWith("intel-gpu"));
    assertThat(cluster.client().apiextensions().v1().customResourceDefinitions().list().getItems())
        .extracting(crd -> crd.getSpec().getGroup())
        .doesNotContain("gpu.dra.intel.com");
    cluster.eventually(
        "the Leases of the agents go with their GAS",
        () ->
            assertThat(
                    cluster
                        .client()
                        .leases()
                        .inNamespace(RealCluster.DRIVER_NAMESPACE)
                        .withLabel(AgentLease.LABEL)
                        .list()
                        .getItems())
                .isEmpty());
  }

  private static List<String> preparedClaims() throws IOException {
    JsonNode document =
        new JsonMapper().readTree(Shell.onNode("node1", "cat", PREPARED_FILE)).path("claims");
    var uids = new ArrayList<String>();
    document.fieldNames().forEachRemaining(uids::add);
    return uids;
  }

  /** Returns the files on node1 of a type of find(1): f for a file, s for a socket. */
  private static List<String> filesBelow(String folder, String type) {
    return Shell.onNode("node1", "find", folder, "-type", type).lines().sorted().toList();
  }
}
