package com.intel.dra.gpu.nodeagent.metadata;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.result;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent of structured mode, and a GPU that is split on demand. */
class ContainerMetadataTest {

  @TempDir Path root;
  private VfNode node;
  private Gpu gpu;

  @BeforeEach
  void start() throws IOException {
    node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    gpu = node.flex170(0xb3);
    node.start();
    node.settle();
  }

  private List<String> prepare(String claim) {
    PrepareResult answer = node.agent.preparation.prepare(claim(claim), Optional.empty());
    node.settle();
    if (answer instanceof PrepareResult.Failed) {
      answer = node.agent.preparation.prepare(claim(claim), Optional.empty()); // VFs are made now
      node.settle();
    }
    assertThat(answer).isInstanceOf(PrepareResult.Prepared.class);
    return ((PrepareResult.Prepared) answer).cdiDevices();
  }

  private List<String> prepare(String claim, DeviceUid device) {
    node.structuredClaims.give(claim, result(device));
    return prepare(claim);
  }

  private void annotate(String claim, String podClaimName) {
    node.structuredClaims.byName.computeIfPresent(
        claim(claim).name(),
        (_, given) ->
            new ResourceClaimBuilder(given)
                .editMetadata()
                .addToAnnotations("resource.kubernetes.io/pod-claim-name", podClaimName)
                .endMetadata()
                .build());
  }

  private Path folder() {
    return node.config().pluginDir().orElseThrow().resolve("dra-device-metadata");
  }

  private List<String> left() throws IOException {
    try (Stream<Path> all =
        Stream.concat(
            Files.list(node.config().cdiRoot()).filter(file -> !isOfTheGpus(file)),
            Files.exists(folder()) ? Files.list(folder()) : Stream.of())) {
      return all.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  private static boolean isOfTheGpus(Path file) {
    return String.valueOf(file.getFileName()).contains("intel.com-gpu.yaml");
  }

  @Test
  void aContainerIsToldOfItsVfWithTheAddressThatItHasNow() throws IOException {
    DeviceUid vf = gpu.uid().vf(0);

    assertThat(prepare("a", vf))
        .containsExactly("intel.com/gpu=" + vf, "gpu.intel.com/metadata=a_r");

    JsonNode told =
        new ObjectMapper()
            .readTree(folder().resolve("default_claim-a/r/metadata.json").toFile())
            .at("/requests/0/devices/0");
    assertThat(told.path("name").asText()).endsWith("-vf0");
    assertThat(told.at("/attributes/type/string").asText()).isEqualTo("vf");
    assertThat(told.at("/attributes/model/string").asText()).isEqualTo("Flex 170");
    assertThat(told.at("/attributes/memoryMiB/int").asInt()).isPositive();
    assertThat(told.at("/attributes/resource.kubernetes.io~1pciBusID/string").asText())
        .isEqualTo(node.agent.devices.find(vf.toString()).orElseThrow().address().toString());
    assertThat(told.path("attributes").has("health")).isFalse();
  }

  @Test
  void theFilesGoWithTheClaim() throws IOException {
    prepare("a", gpu.uid().vf(0));
    prepare("b", gpu.uid().vf(1));

    node.agent.preparation.unprepare(claim("a"));

    assertThat(left()).containsExactly("default_claim-b", "gpu.intel.com_metadata_b_r.json");
  }

  @Test
  void filesOfClaimsThatAreNoLongerOnRecordAreRemoved() throws IOException {
    prepare("abandoned", gpu.uid().vf(0));
    prepare("b", gpu.uid().vf(1));
    node.agent.prepared.remove("abandoned");

    node.agent.metadata.removeLeftovers();

    assertThat(left()).containsExactly("default_claim-b", "gpu.intel.com_metadata_b_r.json");
  }

  /** Such as a full disk, or one that is mounted for reading only. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClaimGetsItsDevicesAlsoWhereTheFilesCannotBeWritten(boolean theSpecs) throws IOException {
    Path inTheWay =
        theSpecs ? node.config().cdiRoot().resolve("gpu.intel.com_metadata_a_r.json") : folder();
    Files.createDirectories(inTheWay.resolveSibling(""));
    if (theSpecs) {
      Files.createDirectories(inTheWay.resolve("not-empty"));
    } else {
      Files.writeString(inTheWay, "a file where the folder should be");
    }
    DeviceUid vf = gpu.uid().vf(0);

    assertThat(prepare("a", vf)).containsExactly("intel.com/gpu=" + vf);

    if (theSpecs) {
      Files.delete(inTheWay.resolve("not-empty"));
    }
    Files.delete(inTheWay);
    assertThat(prepare("a")).contains("gpu.intel.com/metadata=a_r");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../../../etc", "A", "a/b", "a\nb"})
  void anAnnotationThatNamesNoClaimOfAPodIsNotFollowed(String name) throws IOException {
    node.structuredClaims.give("a", result(gpu.uid().vf(0)));
    annotate("a", name);

    prepare("a");

    assertThat(spec("a")).contains("dra-device-attributes/resourceclaims/claim-a/r/");
  }

  @Test
  void aClaimFromATemplateHasItsFileUnderItsNameInThePod() throws IOException {
    node.structuredClaims.give("a", result(gpu.uid().vf(0)));
    annotate("a", "my-gpu");

    prepare("a");

    assertThat(spec("a")).contains("dra-device-attributes/resourceclaimtemplates/my-gpu/r/");
  }

  private String spec(String claim) throws IOException {
    return Files.readString(
        node.config().cdiRoot().resolve("gpu.intel.com_metadata_%s_r.json".formatted(claim)));
  }

  /** The record of an agent that lost its file may have claims without names. */
  @Test
  void whileANameIsUnknownNothingIsRemoved() throws IOException {
    prepare("a", gpu.uid().vf(0));
    prepare("b", gpu.uid().vf(1));
    node.agent.prepared.remove("a");
    var record = node.agent.prepared.find("b").orElseThrow();
    node.agent.prepared.put("b", new PreparedClaim("", "", record.devices(), record.results()));

    node.agent.metadata.removeLeftovers();

    assertThat(left()).contains("default_claim-a", "default_claim-b");
  }
}
