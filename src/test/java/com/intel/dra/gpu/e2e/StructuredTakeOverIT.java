package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.claimNamed;
import static com.intel.dra.gpu.e2e.StructuredCluster.name;
import static com.intel.dra.gpu.e2e.TestObjects.ON_NODE1;
import static com.intel.dra.gpu.e2e.TestObjects.one;
import static com.intel.dra.gpu.e2e.TestObjects.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * deploy/components/take-over: an agent starts on a node whose claims are in the Go driver's record
 * and not in its own. One has a whole GPU and runs; one has a VF by the name that the Go driver
 * gives it.
 */
@Tag("structured")
class StructuredTakeOverIT {

  private static final List<String> GPUS = Topology.TWO_VF_HOSTS_I915.uids();
  private static final Path FOLDER = Path.of("/var/lib/kubelet/plugins/gpu.intel.com");
  private static final String RECORD = "preparedClaims.json";
  private static final String RIGHT = "deploy/components/take-over/rbac.yaml";
  private static final String SETTING = "GPU_TAKE_OVER";

  @RegisterExtension
  final StructuredCluster cluster = new StructuredCluster(Topology.TWO_VF_HOSTS_I915);

  private final Driver driver = new Driver(cluster);

  @BeforeEach
  void wantTakeOver() {
    Shell.kubectl("apply", "-f", RIGHT);
    driver.setAgentsEnvironment(SETTING, "true");
    cluster.awaitPublished();
  }

  @AfterEach
  void wantItNoMore() throws IOException {
    cluster.empty();
    makeVfs(0);
    driver.setAgentsEnvironment(SETTING, "");
    Shell.kubectl("delete", "--ignore-not-found", "-f", RIGHT);
    Files.deleteIfExists(onNode1(RECORD));
    Files.deleteIfExists(onNode1(RECORD + ".taken-over"));
  }

  @Test
  void podsOfTheGoDriverKeepWhatTheyHaveUntilTheyEnd() throws IOException {
    makeVfs(2);
    String vf = name(GPUS.getFirst()) + "-vf1";
    cluster.eventually(
        "the VFs are published as they are now",
        () ->
            assertThat(cluster.device("node1", vf).getAttributes())
                .containsKey("resource.kubernetes.io/pciBusID"));
    cluster.structuredClaim("gpu", one("gpu.intel.com", where(addressOf(name(GPUS.getLast())))));
    cluster.structuredPod("gpu", ON_NODE1, Map.of("gpu", claimNamed("gpu")));
    cluster.awaitRunning("gpu");
    Pod before = cluster.getPod("gpu");
    String goName = addressOf(vf).replace(':', '-').replace('.', '-') + "-0x56c0";
    cluster.structuredClaim("vf", one("gpu-vf.intel.com", ""));
    allocate("vf", goName);

    Pod agent = cluster.agentOn("node1");
    Processes.signal(agent, Driver.JAR, "STOP");
    StateFiles.forgetAllClaims("node1", FOLDER);
    Files.writeString(
        onNode1(RECORD),
        "{\"kind\":\"PreparedClaimsCheckpoint\",\"apiVersion\":\"checkpoint.gpu.intel.com/v1\",\"PreparedClaims\":{%s,%s}}"
            .formatted(recorded("gpu", name(GPUS.getLast())), recorded("vf", goName)));
    driver.killAgentIn(agent);

    assertThat(onNode1(RECORD)).doesNotExist();
    assertThat(onNode1(RECORD + ".taken-over")).exists();
    cluster.eventually(
        "both claims are taken over",
        () ->
            assertThat(cluster.gas("node1").getSpec().prepared())
                .containsOnlyKeys(uid("gpu"), uid("vf")));
    cluster.eventually(
        "nobody else gets the VF",
        () ->
            assertThat(cluster.device("node1", vf).getTaints())
                .extracting(DeviceTaint::getKey)
                .containsExactly("gpu.intel.com/in-use"));
    cluster.structuredPod("vf", "nodeName: node1", Map.of("vf", claimNamed("vf")));
    cluster.awaitRunning("vf");
    cluster.awaitCards("vf", "main", cardOf(vf));
    wanting("gpu-after", addressOf(name(GPUS.getLast())));
    wanting("vf-after", addressOf(vf));
    cluster.awaitUnschedulable("gpu-after");
    cluster.awaitUnschedulable("vf-after");
    Pod now = cluster.getPod("gpu");
    assertThat(now.getMetadata().getUid()).isEqualTo(before.getMetadata().getUid());
    assertThat(Driver.restarts(now)).isZero();
    assertThat(cluster.phase("gpu")).isEqualTo("Running");

    cluster.deletePod("gpu");
    cluster.deletePod("vf");
    cluster.awaitRunning("gpu-after", "vf-after");
  }

  private static Path onNode1(String file) {
    return NodeFolders.seenFromOutside("node1", FOLDER.resolve(file).toString());
  }

  private static void makeVfs(int count) {
    VfScenarios.inPciFolder("node1", GPUS.getFirst(), "echo " + count + " > sriov_numvfs");
  }

  private String addressOf(String device) {
    var attributes = cluster.device("node1", device).getAttributes();
    return Objects.requireNonNull(attributes.get("resource.kubernetes.io/pciBusID")).getString();
  }

  private int cardOf(String vf) {
    String card =
        Shell.onNode(
            "node1",
            "sh",
            "-c",
            "ls /run/intel-gpu-simulator/sysfs/bus/pci/devices/%s/drm".formatted(addressOf(vf)));
    return Integer.parseInt(card.replaceAll("(?s).*card(\\d+).*", "$1"));
  }

  private static String where(String address) {
    return "selectors: [{cel: {expression: 'device.attributes[\"resource.kubernetes.io\"].pciBusID == \"%s\"'}}]"
        .formatted(address);
  }

  private void wanting(String pod, String address) {
    cluster.structuredTemplate(pod, one("gpu.intel.com", where(address)));
    cluster.structuredPod(pod, ON_NODE1, Map.of("gpu", template(pod)));
  }

  /** As the scheduler does it when the Go driver has published the VF. */
  private void allocate(String claim, String device) {
    var unused =
        claim(claim)
            .subresource("status")
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                """
                {"status": {"allocation": {
                  "nodeSelector": {"nodeSelectorTerms": [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["node1"]}]}]},
                  "devices": {"results": [
                    {"request": "gpu", "driver": "gpu.intel.com", "pool": "node1", "device": "%s"}]}}}}
                """
                    .formatted(device));
  }

  private Resource<ResourceClaim> claim(String name) {
    return cluster
        .client()
        .resources(ResourceClaim.class)
        .inNamespace(cluster.namespace())
        .withName(name);
  }

  private String uid(String claim) {
    return claim(claim).get().getMetadata().getUid();
  }

  private String recorded(String claim, String device) {
    return "\"%s\":{\"PreparedDevices\":[{\"AdminAccess\":false,\"KubeletpluginDevice\":{\"Requests\":[\"gpu\"],\"PoolName\":\"node1\",\"DeviceName\":\"%s\",\"CDIDeviceIDs\":[\"intel.com/gpu=%2$s\"],\"ShareID\":null}}]}"
        .formatted(uid(claim), device);
  }
}
