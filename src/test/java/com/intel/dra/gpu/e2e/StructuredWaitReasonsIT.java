package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.intel.dra.gpu.explain.WaitCase;
import com.intel.dra.gpu.explain.WaitCases;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Pods that wait, each for one cause, on nodes without kubelets: the owner of each is told what is
 * missing, and the scheduler refuses each. The names of resources and DeviceTaintRules need
 * Kubernetes 1.37, or gates.
 */
@Tag("structured")
class StructuredWaitReasonsIT {

  private static final int FIRST_MINOR = 37;

  /** The scheduler does not begin with a pod whose claims are not there. */
  private static final Set<String> NOT_LOOKED_AT =
      Set.of("claim-missing", "claim-being-deleted", "template-missing", "admin-access-forbidden");

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  private final List<WaitCase> cases = WaitCases.all();

  @BeforeEach
  void install() {
    cluster.startExplainer();
  }

  @AfterEach
  void remove() {
    Shell.tryKubectl(
        "patch",
        "resourceclaim",
        "claim-being-deleted",
        "-n",
        cluster.namespace(),
        "--type=merge",
        "-p",
        "{\"metadata\": {\"finalizers\": null}}");
    Shell.kubectl("delete", "nodes", "-l", "kind-of-node=waits", "--wait=false");
    cluster.removeExplainer();
  }

  @Test
  void eachOwnerIsToldWhatIsMissing() {
    assumeTrue(FeatureGates.of(cluster.client()).isAtLeast(FIRST_MINOR, 0));
    cluster.allowAdminAccess();
    cluster.apply(
        Stream.concat(
                Stream.of(WaitCase.CLASS),
                cases.stream()
                    .flatMap(
                        one ->
                            Stream.concat(Stream.of(one.nodeYaml()), one.objectsYaml().stream())))
            .collect(Collectors.joining("---\n")));
    cases.stream().flatMap(one -> one.objectsYaml().stream()).forEach(this::allocate);
    cluster
        .client()
        .resources(ResourceClaim.class)
        .inNamespace(cluster.namespace())
        .withName("claim-being-deleted")
        .delete();
    cluster.forbidAdminAccess();
    cluster.awaitExplainer();

    cluster.apply(cases.stream().map(WaitCase::podYaml).collect(Collectors.joining("---\n")));

    List<String> nodes =
        cluster.client().nodes().list().getItems().stream()
            .map(Node::getMetadata)
            .map(one -> one.getName())
            .sorted()
            .toList();
    var expected = new TreeMap<String, String>();
    for (WaitCase one : cases) {
      expected.put(one.name(), one.expected(cluster.namespace(), nodes.size(), nodes.getFirst()));
    }
    cluster.eventually(
        "each owner is told",
        () -> assertThat(told()).containsExactlyInAnyOrderEntriesOf(expected));
    cluster.eventually(
        "the scheduler has refused each pod that it looks at",
        () ->
            assertThat(cluster.pods())
                .filteredOn(pod -> !NOT_LOOKED_AT.contains(pod.getMetadata().getName()))
                .allSatisfy(
                    pod -> assertThat(refusals(pod)).as(pod.getMetadata().getName()).hasSize(1)));
    assertThat(cluster.pods())
        .hasSameSizeAs(cases)
        .allMatch(pod -> pod.getSpec().getNodeName() == null);
    String shown =
        Shell.run(
            "deploy/kubectl/kubectl-gpu", "why", "resource-in-use", "-n", cluster.namespace());
    assertThat(shown)
        .contains(
            "WaitsForDevices: "
                + expected.getOrDefault("resource-in-use", "none").replaceFirst("\\.$", ""))
        .containsPattern(
            "resource-in-use +waits.example.com/resource-in-use of container main +1 device is in"
                + " use +"
                + cluster.namespace()
                + "/resource-in-use-a");
  }

  private void allocate(String yaml) {
    if (!yaml.contains("kind: ResourceClaim\n") || !yaml.contains("\nstatus:")) {
      return;
    }
    cluster.allocate(Serialization.unmarshal("---\n" + yaml, ResourceClaim.class));
  }

  /** What the Events say, by the names of the pods, without how many other nodes do not fit. */
  private Map<String, String> told() {
    return cluster
        .client()
        .v1()
        .events()
        .inNamespace(cluster.namespace())
        .list()
        .getItems()
        .stream()
        .filter(event -> event.getReason().equals("WaitsForDevices"))
        .collect(
            Collectors.toMap(
                event -> event.getInvolvedObject().getName(),
                StructuredWaitReasonsIT::sentence,
                (one, other) -> one + " | " + other));
  }

  private static String sentence(Event event) {
    return event.getMessage().replaceFirst("; other nodes: \\d+ node excluded\\.$", ".");
  }

  private static List<String> refusals(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .filter(condition -> condition.getType().equals("PodScheduled"))
        .filter(condition -> condition.getStatus().equals("False"))
        .map(condition -> condition.getReason())
        .toList();
  }
}
