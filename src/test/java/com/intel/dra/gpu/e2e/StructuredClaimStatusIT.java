package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.claimNamed;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.intel.dra.gpu.nodeagent.claimstatus.ClaimStatusWriter;
import com.intel.dra.gpu.nodeagent.claimstatus.ClaimStatuses;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.resource.v1.AllocatedDeviceStatus;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a claim got, said at the claim and to its containers. deploy/components/claim-status: what
 * agents write with its right, and what they cannot write.
 */
@Tag("structured")
class StructuredClaimStatusIT {

  private static final String RIGHT = "deploy/components/claim-status/rbac.yaml";
  private static final String SETTING = "GPU_CLAIM_STATUS";
  private static final String FIRST = StructuredCluster.name(RealCluster.FLEX_170);

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  private final Driver driver = new Driver(cluster);
  private final DriverIdentity identity = new DriverIdentity(cluster);

  @BeforeEach
  void giveTheRight() {
    Shell.kubectl("apply", "-f", RIGHT);
  }

  @AfterEach
  void takeTheRight() {
    driver.setAgentsEnvironment(SETTING, "");
    Shell.kubectl("delete", "--ignore-not-found", "-f", RIGHT);
  }

  @Test
  void aClaimSaysWhatItGot() {
    driver.setAgentsEnvironment(SETTING, "true");
    cluster.awaitPublished();
    cluster.structuredClaim("gpu", one("gpu.intel.com", ""));
    cluster.structuredPod("pod", ON_NODE1, Map.of("gpu", claimNamed("gpu")));
    cluster.awaitRunning("pod");

    cluster.eventually(
        "the claim says what it got",
        () ->
            assertThat(entries("gpu"))
                .singleElement()
                .satisfies(
                    entry -> {
                      assertThat(entry.getDevice())
                          .isEqualTo(cluster.given("gpu").getFirst().getDevice());
                      assertThat(entry.getData())
                          .extracting("value", InstanceOfAssertFactories.MAP)
                          .containsEntry("type", "gpu")
                          .containsKeys("model", "pciAddress");
                      assertThat(entry.getConditions())
                          .singleElement()
                          .satisfies(
                              ready -> {
                                assertThat(ready.getType()).isEqualTo("Ready");
                                assertThat(ready.getStatus()).isEqualTo("True");
                              });
                    }));
  }

  /** By files, whether the setting is on or not. */
  @Test
  void aContainerIsToldWhatItGotAndFindsItByItsAddress() {
    cluster.structuredTemplate("made", one("gpu.intel.com", ""));
    cluster.structuredPod("pod", ON_NODE1, Map.of("mine", template("made")));
    cluster.awaitRunning("pod");

    String file =
        "/var/run/kubernetes.io/dra-device-attributes/resourceclaimtemplates/mine/gpu/gpu.intel.com-metadata.json";
    String told = run("pod", "cat", file);
    assertThat(told)
        .contains(
            "metadata.resource.k8s.io/v1beta1",
            "metadata.resource.k8s.io/v1alpha1",
            "\"model\": {",
            "\"memoryMiB\": {");
    String byPath =
        "/dev/dri/by-path/pci-" + told.replaceAll("(?s).*\"(0000:[0-9a-f:.]+)\".*", "$1");
    assertThat(run("pod", "sh", "-c", "stat -c %t:%T " + byPath + "-card /dev/dri/card*"))
        .satisfies(numbers -> assertThat(numbers.lines().distinct()).as(numbers).hasSize(1));
    assertThat(run("pod", "sh", "-c", "stat -c %F " + byPath + "-render"))
        .contains("character special file");
    assertThat(run("pod", "sh", "-c", "(echo x > %s) 2>&1 || cat %s".formatted(file, file)))
        .contains("Read-only", told);
    String uid = cluster.structuredClaims().getFirst().getMetadata().getUid();
    assertThat(filesOf(uid)).hasSize(2);

    cluster.deletePod("pod");

    cluster.eventually("the files go with the pod", () -> assertThat(filesOf(uid)).isEmpty());
  }

  private String run(String pod, String... command) {
    return Shell.run(
        Stream.concat(
                Stream.of("kubectl", "exec", "-n", cluster.namespace(), pod, "-c", "main", "--"),
                Stream.of(command))
            .toArray(String[]::new));
  }

  private List<Path> filesOf(String claimUid) {
    return Stream.of("/var/lib/kubelet/plugins/gpu.intel.com/dra-device-metadata", "/run/cdi")
        .map(folder -> NodeFolders.seenFromOutside("node1", folder))
        .flatMap(StructuredClaimStatusIT::files)
        .filter(file -> file.toString().contains(claimUid) || isOfThisTest(file))
        .toList();
  }

  private boolean isOfThisTest(Path folder) {
    return String.valueOf(folder.getFileName()).startsWith(cluster.namespace() + "_");
  }

  private static Stream<Path> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList().stream();
    } catch (NoSuchFileException e) {
      return Stream.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With an agent's identity, and a claim that has a device of another driver too. */
  @Test
  void theEntriesOfAnotherDriverStayAndAFailureIsAnEvent() {
    ResourceClaim claim = claimWithTwoDrivers("apart");
    AllocatedDeviceStatus others = entries("apart").getFirst();
    var reference = new ClaimReference(cluster.namespace(), "apart", claim.getMetadata().getUid());
    try (KubernetesClient agent = identity.of(cluster.agentOn("node1"))) {
      var statuses =
          new ClaimStatuses(
              new ClaimStatusWriter(
                  agent,
                  new NodeDevices(),
                  TestingConfig.below(Path.of("")), // of node1
                  Clock.systemUTC()),
              true,
              Clock.systemUTC());

      statuses.answered(reference, Optional.empty(), new PrepareResult.Failed("the GPU is away"));
      statuses.write();

      assertThat(entries("apart")).contains(others).hasSize(2);
      assertThat(entries("apart").getLast().getConditions().getFirst().getMessage())
          .isEqualTo("the GPU is away");
      assertThat(reasons("apart")).containsExactly("ClaimNotPrepared");

      statuses.answered(reference, Optional.empty(), new PrepareResult.Prepared(List.of()));
      statuses.write();

      assertThat(entries("apart")).contains(others).hasSize(2);
      assertThat(entries("apart").getLast().getConditions().getFirst().getStatus())
          .isEqualTo("True");
      assertThat(reasons("apart")).containsExactlyInAnyOrder("ClaimNotPrepared", "ClaimPrepared");
    }
  }

  @Test
  void anAgentChangesNeitherAllocationsNorEntriesOfOtherDriversOrNodes() {
    claimWithTwoDrivers("apart");
    try (KubernetesClient agent = identity.of(cluster.agentOn("node1"));
        KubernetesClient stranger = identity.of(cluster.agentOn("node2"))) {
      assertRefused(agent, "{\"status\": {\"allocation\": null, \"devices\": null}}");
      assertRefused(agent, "{\"status\": {\"devices\": null}}");
      assertRefused(
          stranger,
          "{\"status\": {\"devices\": [%s, {\"driver\": \"gpu.intel.com\", \"pool\": \"node1\", \"device\": \"%s\"}]}}"
              .formatted(OTHERS, FIRST));
    }
  }

  private void assertRefused(KubernetesClient client, String patch) {
    assertThatThrownBy(
            () ->
                claim(client, "apart")
                    .subresource("status")
                    .patch(PatchContext.of(PatchType.JSON_MERGE), patch))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("permission");
  }

  private static final String OTHERS =
      "{\"driver\": \"other.example.com\", \"pool\": \"node1\", \"device\": \"dev-0\", \"data\": {\"a\": 1}}";

  /** A claim that no pod uses, allocated and told by another driver as the test's administrator. */
  private ResourceClaim claimWithTwoDrivers(String name) {
    cluster.structuredClaim(
        name,
        "{devices: {requests: [{name: gpu, exactly: {deviceClassName: gpu.intel.com}},"
            + " {name: other, exactly: {deviceClassName: other.example.com}}]}}");
    Resource<ResourceClaim> claim = claim(cluster.client(), name);
    var unusedAllocated =
        claim
            .subresource("status")
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                """
                {"status": {"allocation": {
                  "nodeSelector": {"nodeSelectorTerms": [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["node1"]}]}]},
                  "devices": {"results": [
                    {"request": "gpu", "driver": "gpu.intel.com", "pool": "node1", "device": "%s"},
                    {"request": "other", "driver": "other.example.com", "pool": "node1", "device": "dev-0"}]}}}}
                """
                    .formatted(FIRST));
    return claim
        .subresource("status")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("other")
                .build(),
            """
            {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", "metadata": {"name": "%s"},
             "status": {"devices": [%s]}}
            """
                .formatted(name, OTHERS));
  }

  private Resource<ResourceClaim> claim(KubernetesClient client, String name) {
    return client.resources(ResourceClaim.class).inNamespace(cluster.namespace()).withName(name);
  }

  private List<AllocatedDeviceStatus> entries(String name) {
    List<AllocatedDeviceStatus> entries =
        claim(cluster.client(), name).get().getStatus().getDevices();
    return entries == null ? List.of() : entries;
  }

  private List<String> reasons(String name) {
    return cluster.events(claim(cluster.client(), name).get()).stream()
        .map(Event::getReason)
        .toList();
  }
}
