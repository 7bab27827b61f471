package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.name;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * An administrator makes and removes VFs while claims hold their GPU or one of them. No device is
 * given to a pod for which the agent then refuses to prepare it.
 */
@Tag("structured")
class StructuredVfsFromOutsideIT {

  private static final String GPU = Topology.TWO_VF_HOSTS_I915.uids().getFirst();
  private static final String THE_GPU =
      where(
          "device.attributes[\"gpu.intel.com\"].type == \"gpu\""
              + " && device.attributes[\"resource.kubernetes.io\"].pciBusID == \"0000:b3:00.0\"");
  private static final String VF_OF_IT =
      where("device.attributes[\"gpu.intel.com\"].parent == \"%s\"".formatted(name(GPU)));
  private static final String STAYS = ", tolerations: [{operator: Exists}]";

  @RegisterExtension
  final StructuredCluster cluster = new StructuredCluster(Topology.TWO_VF_HOSTS_I915);

  @AfterEach
  void nothingWasGivenThatTheAgentRefused() {
    try {
      assertThat(cluster.client().v1().events().inNamespace(cluster.namespace()).list().getItems())
          .extracting(Event::getReason)
          .isNotEmpty()
          .doesNotContain("FailedPrepareDynamicResources");
    } finally {
      cluster.empty();
      makeVfs(0);
      awaitNothingButTheWholeGpu();
    }
  }

  @Test
  void vfsMadeOnAHeldGpuAreGivenOnlyAfterIt() {
    start("holder", "gpu.intel.com", THE_GPU);
    cluster.awaitRunning("holder");

    makeVfs(2);
    awaitVfs(2);
    start("vf", "gpu-vf.intel.com", VF_OF_IT);
    cluster.awaitUnschedulable("vf");
    cluster.stays("the GPU's pod runs, the VF's waits", () -> runsAlone("holder", "vf"));

    cluster.deletePod("holder");
    cluster.awaitRunning("vf");
  }

  @Test
  void theGpuOfAHeldVfThatIsRemovedIsGivenOnlyAfterIt() {
    makeVfs(2);
    awaitVfs(2);
    start("vf", "gpu-vf.intel.com", VF_OF_IT + STAYS);
    cluster.awaitRunning("vf");
    start("gpu", "gpu.intel.com", THE_GPU);
    cluster.awaitUnschedulable("gpu");

    makeVfs(0);
    cluster.stays("the pod of the lost VF runs, the GPU's waits", () -> runsAlone("vf", "gpu"));

    cluster.deletePod("vf");
    cluster.awaitRunning("gpu");
    cluster.awaitCards("gpu", "main", 0);
  }

  @Test
  void vfsOnDemandThatSomebodyRemovesAreMadeAgainForTheClaimThatHoldsOne() {
    start("vf", "gpu-vf.intel.com", VF_OF_IT);
    cluster.awaitRunning("vf");
    start("gpu", "gpu.intel.com", THE_GPU);
    cluster.awaitUnschedulable("gpu");
    String made = numVfs();

    makeVfs(0);
    cluster.eventually("the VFs are made again", () -> assertThat(numVfs()).isEqualTo(made));
    awaitVfs(Integer.parseInt(made));
    cluster.stays("the VF's pod runs, the GPU's waits", () -> runsAlone("vf", "gpu"));

    cluster.deletePod("vf");
    cluster.awaitRunning("gpu");
  }

  private boolean runsAlone(String running, String waiting) {
    return "Running".equals(cluster.phase(running)) && "Pending".equals(cluster.phase(waiting));
  }

  private static String where(String expression) {
    return "selectors: [{cel: {expression: '%s'}}]".formatted(expression);
  }

  private void start(String pod, String deviceClass, String more) {
    cluster.structuredTemplate(pod, one(deviceClass, more));
    cluster.structuredPod(pod, ON_NODE1, Map.of("gpu", template(pod)));
  }

  private static void makeVfs(int count) {
    VfScenarios.inPciFolder("node1", GPU, "echo " + count + " > sriov_numvfs");
  }

  private static String numVfs() {
    return Shell.onNode("node1", "cat", VfScenarios.pciFolder(GPU) + "/sriov_numvfs").strip();
  }

  private void awaitVfs(int count) {
    cluster.eventually(
        "the agent sees the VFs",
        () ->
            assertThat(cluster.gas("node1").getSpec().allocatable().keySet())
                .filteredOn(uid -> uid.startsWith(GPU + "-vf"))
                .hasSize(count));
  }

  private void awaitNothingButTheWholeGpu() {
    cluster.eventually(
        "the GPU is offered whole again",
        () ->
            assertThat(cluster.gas("node1").getSpec().allocatable().keySet())
                .containsExactlyElementsOf(Topology.TWO_VF_HOSTS_I915.uids()));
  }
}
