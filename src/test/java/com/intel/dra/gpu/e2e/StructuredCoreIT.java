package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What the driver does on each Kubernetes version with structured DRA, whatever that version's
 * scheduler can count: whole GPUs, which are released at the end, also when the agent is killed or
 * replaced in between.
 */
@Tag("structured")
@Tag("core")
class StructuredCoreIT {

  private static final List<String> GPUS = Topology.TWO_VF_HOSTS_I915.uids();

  /** Only whole GPUs, where there are VFs on demand, too. */
  private static final String WHOLE =
      one(
          "gpu.intel.com",
          "selectors: [{cel: {expression: 'device.attributes[\"gpu.intel.com\"].type =="
              + " \"gpu\"'}}]");

  @RegisterExtension
  final StructuredCluster cluster = new StructuredCluster(Topology.TWO_VF_HOSTS_I915);

  @Test
  void aGpuIsGivenToOnePodAtATimeAndReleasedAtTheEnd() throws IOException {
    cluster.structuredTemplate("gpu", WHOLE);
    gpuPod("first");
    gpuPod("second");
    cluster.awaitRunning("first", "second");
    assertThat(cluster.awaitOneCardEach("first", "second")).as("each has its own").hasSize(2);
    theApiServerSaysWhenTheClaimsWereAllocated();
    gpuPod("third");
    cluster.awaitUnschedulable("third");

    cluster.deletePod("first");

    cluster.awaitRunning("third");
    assertThat(cluster.awaitOneCardEach("second", "third")).hasSize(2);
    cluster.empty(); // which waits until no GAS has a trace of a claim
    cluster.awaitPublished();
  }

  /** From 1.36 on the scheduler says so; before, managedFields do (decision 62). */
  private void theApiServerSaysWhenTheClaimsWereAllocated() throws IOException {
    JsonNode claims =
        ApiSpelling.json(
            Shell.kubectl(
                "get",
                "resourceclaims",
                "-n",
                cluster.namespace(),
                "--show-managed-fields",
                "-o",
                "json"));
    assertThat(claims.path("items"))
        .hasSize(2)
        .allSatisfy(
            claim -> {
              JsonNode said = claim.path("status").path("allocation").path("allocationTimestamp");
              assertThat(said.isMissingNode() ? writesOfTheAllocation(claim) : List.of(said))
                  .singleElement()
                  .satisfies(time -> assertThat(Instant.parse(time.asText())).isNotNull());
            });
  }

  private static List<JsonNode> writesOfTheAllocation(JsonNode claim) {
    return claim
        .path("metadata")
        .path("managedFields")
        .valueStream()
        .filter(entry -> entry.path("fieldsV1").path("f:status").has("f:allocation"))
        .map(entry -> entry.path("time"))
        .toList();
  }

  @Test
  void anAgentThatIsKilledComesBackAndPodsGoOn() {
    cluster.structuredTemplate("gpu", WHOLE);
    gpuPod("before");
    cluster.awaitRunning("before");
    Set<Integer> cards = cluster.awaitOneCardEach("before");

    new Driver(cluster).killAgentIn(cluster.agentOn("node1"));

    cluster.awaitPublished();
    gpuPod("after");
    cluster.awaitRunning("after");
    cluster.assertUntouched("before", cards);
    assertThat(cluster.awaitOneCardEach("before", "after")).hasSize(2);
    cluster.deletePod("before");
    cluster.eventually(
        "the claim of before is released",
        () -> assertThat(cluster.gas("node1").getSpec().prepared()).hasSize(1));
  }

  /** The example that makes a namespace of its own cannot be tried without making it. */
  @Test
  void theApiServerTakesEachExampleThatThisVersionCanHave() {
    cluster.allowAdminAccess();
    String served = cluster.spelling().version();
    StructuredExamplesIT.files().stream()
        .filter(file -> SpellingTest.isTakenByDefault(file, served))
        .filter(file -> !file.equals("daemonset-monitor.yaml"))
        .forEach(file -> cluster.assertTaken(StructuredExamplesIT.FOLDER.resolve(file)));
  }

  /** From 1.33 on the new agent serves before the old one ends, up to 1.32 after it. */
  @Test
  void podsGoOnWhileTheAgentsAreReplaced() {
    var simulators = new SimulatorsApart(cluster, GPUS);
    simulators.putApart();
    try {
      cluster.structuredTemplate("gpu", WHOLE);
      gpuPod("before");
      cluster.awaitRunning("before");
      Set<Integer> cards = cluster.awaitOneCardEach("before");
      Set<String> old = cluster.agentUids();

      Shell.kubectl("rollout", "restart", "daemonset/" + RealCluster.AGENT);
      Shell.kubectl("rollout", "status", "daemonset/" + RealCluster.AGENT, "--timeout=180s");
      gpuPod("after");
      cluster.awaitRunning("after");

      assertThat(cluster.agentUids())
          .hasSize(RealCluster.NODES.size())
          .doesNotContainAnyElementsOf(old);
      cluster.assertUntouched("before", cards);
      assertThat(cluster.awaitOneCardEach("before", "after")).as("each has its own").hasSize(2);
    } finally {
      simulators.putBack();
    }
  }

  private void gpuPod(String name) {
    cluster.structuredPod(name, ON_NODE1, Map.of("gpu", template("gpu")));
  }
}
