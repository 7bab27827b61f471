package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.name;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The self-check of a node reports what is broken, and stops reporting it once it is repaired. */
@Tag("structured")
class StructuredSelfCheckIT {

  private static final String NODE = "node1";
  private static final String SOCKET =
      "/var/lib/kubelet/plugins_registry/gpu.intel.com-planted-reg.sock";
  private static final Path SOCKET_OUTSIDE = NodeFolders.seenFromOutside(NODE, SOCKET);
  private static final Path SECOND_CDI_FILE =
      NodeFolders.seenFromOutside(NODE, "/run/cdi/planted.yaml");

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  private final NodeChecks checks = new NodeChecks(cluster);
  private Optional<Pod> paused = Optional.empty();

  @AfterEach
  void takeAway() throws IOException {
    Files.deleteIfExists(SOCKET_OUTSIDE);
    Files.deleteIfExists(SECOND_CDI_FILE);
    goOn();
  }

  @Test
  void aStaleSocketASecondCdiFileAndMissingSlicesAreToldUntilTheyAreMended() throws IOException {
    cluster.structuredTemplate("gpu", one("gpu.intel.com", ""));
    cluster.structuredPod("pod", ON_NODE1, Map.of("gpu", template("gpu")));
    cluster.awaitRunning("pod");
    checks.assertNoDisagreement();

    plantSocket();
    Files.writeString(
        SECOND_CDI_FILE,
        """
        cdiVersion: "0.6.0"
        kind: intel.com/gpu
        devices: [{name: "%s", containerEdits: {env: ["PLANTED=yes"]}}]
        """
            .formatted(RealCluster.FLEX_170));
    cluster.eventually(
        "both are told",
        () ->
            assertThat(disagreementsAtFirstSight())
                .containsExactlyInAnyOrder(
                    "SocketStale " + SOCKET, "CdiDeviceTwice " + RealCluster.FLEX_170));
    assertThat(checks.disagreements(NODE)).as("they stay for as long as it looks").hasSize(2);

    Files.delete(SOCKET_OUTSIDE);
    Files.delete(SECOND_CDI_FILE);
    checks.assertNoDisagreement();

    pauseAgent();
    cluster.slices(NODE).forEach(slice -> cluster.client().resource(slice).delete());
    cluster.eventually(
        "the devices that nobody is offered are told",
        () ->
            assertThat(disagreementsAtFirstSight())
                .contains(
                    "DeviceNotPublished " + name(RealCluster.FLEX_170),
                    "DeviceNotPublished " + name(RealCluster.ARC_A770)));
    goOn();

    checks.assertNoDisagreement();
    assertThat(cluster.phase("pod")).isEqualTo("Running");
  }

  private List<String> disagreementsAtFirstSight() {
    JsonNode report = checks.report(NODE, "--settle", "0");
    return NodeChecks.disagreements(report);
  }

  /** Makes a socket like one of a process that is gone. */
  private static void plantSocket() throws IOException {
    Path made = NodeFolders.run().resolve("planted.sock");
    try (var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(made));
    }
    Files.move(made, SOCKET_OUTSIDE);
  }

  private void pauseAgent() {
    Pod agent = cluster.agentOn(NODE);
    paused = Optional.of(agent);
    Processes.signal(agent, Driver.JAR, "STOP");
  }

  private void goOn() {
    paused.ifPresent(agent -> Processes.signal(agent, Driver.JAR, "CONT"));
    paused = Optional.empty();
  }
}
