package com.intel.dra.gpu.selfcheck;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.mode.DraMode;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReportTest {

  @Test
  void withoutDisagreementItIsOneLineAndTheExitCodeIsZero() {
    Report report = report(PictureParts.rich(DraMode.STRUCTURED));

    assertThat(report.text()).isEqualTo("node1 (structured DRA): no disagreement after 1 look");
    assertThat(report.exitCode()).isZero();
  }

  @Test
  void eachDisagreementIsALineAndTheExitCodeIsOne() {
    PictureParts node = PictureParts.rich(DraMode.CLASSIC);
    Fault.CDI_GHOST.plant(node, new Random(1));
    Fault.SOCKET_OF_A_KILLED_AGENT.plant(node, new Random(1));

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
    PictureParts node = PictureParts.rich(DraMode.CLASSIC);
    Fault.CDI_GHOST.plant(node, new Random(1));

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
    PictureParts node = PictureParts.rich(DraMode.CLASSIC);
    node.allClaims = false;
    Picture picture = node.picture();

    Report mayNotList = new Report("node1", new Looks.Result(picture, List.of(), 1));
    assertThat(mayNotList.text()).contains("not looked at: ResourceClaims that are not prepared");
    assertThat(mayNotList.exitCode()).isZero();

    Report blind = new Report("node1", new Looks.Result(withoutHardware(picture), List.of(), 1));
    assertThat(blind.text()).contains("not looked at: sysfs: permission denied");
    assertThat(blind.exitCode()).isEqualTo(2);
  }

  private static Picture withoutHardware(Picture picture) {
    return new Picture(
        picture.gasName(),
        picture.mode(),
        false,
        new Sight.NotSeen<>("permission denied"),
        picture.cdi(),
        picture.prepared(),
        picture.vfHosts(),
        picture.gas(),
        picture.claims(),
        picture.slices(),
        picture.sockets(),
        List.of());
  }

  private static Report report(PictureParts node) {
    Picture picture = node.picture();
    return new Report("node1", new Looks.Result(picture, Comparison.of(picture), 1));
  }
}
