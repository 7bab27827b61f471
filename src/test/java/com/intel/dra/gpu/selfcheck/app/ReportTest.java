package com.intel.dra.gpu.selfcheck.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.selfcheck.compare.Comparison;
import com.intel.dra.gpu.selfcheck.compare.SnapshotFault;
import com.intel.dra.gpu.selfcheck.look.NodeSnapshot;
import com.intel.dra.gpu.selfcheck.look.Observed;
import com.intel.dra.gpu.selfcheck.look.SnapshotParts;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReportTest {

  @Test
  void withoutDisagreementItIsOneLineAndTheExitCodeIsZero() {
    Report report = report(SnapshotParts.rich(DraMode.STRUCTURED));

    assertThat(report.text()).isEqualTo("node1 (structured DRA): no disagreement after 1 look");
    assertThat(report.exitCode()).isZero();
  }

  @Test
  void eachDisagreementIsALineAndTheExitCodeIsOne() {
    SnapshotParts node = SnapshotParts.rich(DraMode.CLASSIC);
    SnapshotFault.CDI_GHOST.plant(node, new Random(1));
    SnapshotFault.SOCKET_OF_A_KILLED_AGENT.plant(node, new Random(1));

    Report report = report(node);

    assertThat(report.text().lines())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("SocketStale /plugin/dra-old.sock: ")
                    .contains("(sockets, settings)"),
            line ->
                assertThat(line)
                    .startsWith("CdiDeviceGone 0000:ff:00.0-0x56c0: ")
                    .contains("(CDI spec, sysfs)"),
            line ->
                assertThat(line).isEqualTo("node1 (classic DRA): 2 disagreements after 1 look"));
    assertThat(report.exitCode()).isEqualTo(1);
  }

  @Test
  void asJsonItSaysTheSame() throws JsonProcessingException {
    SnapshotParts node = SnapshotParts.rich(DraMode.CLASSIC);
    SnapshotFault.CDI_GHOST.plant(node, new Random(1));

    JsonNode json = new ObjectMapper().readTree(report(node).json());

    assertThat(json.path("node").asText()).isEqualTo("node1");
    assertThat(json.path("mode").asText()).isEqualTo("classic");
    assertThat(json.path("exitCode").asInt()).isEqualTo(1);
    assertThat(json.path("disagreements"))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.path("kind").asText()).isEqualTo("CdiDeviceGone");
              assertThat(entry.path("object").asText()).isEqualTo("0000:ff:00.0-0x56c0");
              assertThat(entry.path("between").toString()).isEqualTo("[\"CDI spec\",\"sysfs\"]");
              assertThat(entry.path("remedy").asText()).isNotBlank();
            });
  }

  @Test
  void whatWasNotLookedAtIsSaidAndOfTheHardwareItIsAFailure() {
    SnapshotParts node = SnapshotParts.rich(DraMode.CLASSIC);
    node.allClaims = false;
    NodeSnapshot snapshot = node.snapshot();

    Report mayNotList = new Report("node1", new RepeatedComparison.Result(snapshot, List.of(), 1));
    assertThat(mayNotList.text()).contains("not looked at: ResourceClaims that are not prepared");
    assertThat(mayNotList.exitCode()).isZero();

    Report blind =
        new Report("node1", new RepeatedComparison.Result(withoutHardware(snapshot), List.of(), 1));
    assertThat(blind.text()).contains("not looked at: sysfs: permission denied");
    assertThat(blind.exitCode()).isEqualTo(2);
  }

  private static NodeSnapshot withoutHardware(NodeSnapshot snapshot) {
    return new NodeSnapshot(
        snapshot.gasName(),
        snapshot.mode(),
        false,
        new Observed.NotSeen<>("permission denied"),
        snapshot.cdi(),
        snapshot.prepared(),
        snapshot.vfHosts(),
        snapshot.gas(),
        snapshot.claims(),
        snapshot.slices(),
        snapshot.sockets(),
        List.of());
  }

  private static Report report(SnapshotParts node) {
    NodeSnapshot snapshot = node.snapshot();
    return new Report("node1", new RepeatedComparison.Result(snapshot, Comparison.of(snapshot), 1));
  }
}
