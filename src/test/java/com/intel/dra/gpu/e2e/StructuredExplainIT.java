package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.claimNamed;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** deploy/components/explain: the Event on a pod that waits, and {@code kubectl gpu why}. */
@Tag("structured")
class StructuredExplainIT {

  private static final String EXPLAINER = "target/kubernetes/structured-explain";

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  @BeforeEach
  void install() {
    Shell.kubectl("apply", "-k", EXPLAINER);
    Shell.kubectl(
        "rollout",
        "status",
        "deployment/" + RealCluster.CONTROLLER,
        "-n",
        "default",
        "--timeout=120s");
  }

  @AfterEach
  void remove() {
    Shell.tryKubectl("delete", "devicetaintrule", "e2e-drain", "--ignore-not-found");
    Shell.kubectl("delete", "-k", EXPLAINER, "--ignore-not-found", "--wait=false");
    Shell.kubectl("delete", "lease", RealCluster.CONTROLLER, "-n", "default", "--ignore-not-found");
  }

  @Test
  void theEventOfAPodThatWaitsNamesWhatIsMissing() {
    cluster.apply(
        """
        apiVersion: resource.k8s.io/v1
        kind: DeviceClass
        metadata: {name: e2e-nothing}
        spec:
          selectors:
            - cel: {expression: 'device.driver == "gpu.intel.com" && device.attributes["gpu.intel.com"].model == "Nobody"'}
        """);
    cluster.structuredClaim("of-class", one("e2e-nothing", ""));
    cluster.structuredClaim(
        "selected",
        one(
            "gpu.intel.com",
            "selectors: [{cel: {expression: 'device.attributes[\"gpu.intel.com\"].model =="
                + " \"Other\"'}}]"));
    cluster.structuredClaim("holder", one("gpu.intel.com", "allocationMode: All"));
    cluster.structuredClaim("late", one("gpu.intel.com", ""));
    cluster.structuredPod("first", ON_NODE1, Map.of("gpu", claimNamed("holder")));
    cluster.awaitRunning("first");

    cluster.structuredPod("of-class", "", Map.of("gpu", claimNamed("of-class")));
    cluster.structuredPod("selected", "", Map.of("gpu", claimNamed("selected")));
    cluster.structuredPod("late", ON_NODE1, Map.of("gpu", claimNamed("late")));

    assertSays("of-class", "no device is of class e2e-nothing", "Nobody", "is false");
    assertSays("selected", "no device is selected", "Other", "is false");
    assertSays("late", " left; the rest has claim " + cluster.namespace() + "/holder");

    cluster.deletePod("first");
    cluster.awaitRunning("late");
    if (FeatureGates.of(cluster.client()).isAtLeast(37, 0)) {
      taintsOfARuleAreTold();
    }
  }

  /** From 1.37 on API server and scheduler have these rules by default. */
  private void taintsOfARuleAreTold() {
    cluster.apply(
        """
        apiVersion: resource.k8s.io/v1
        kind: DeviceTaintRule
        metadata: {name: e2e-drain}
        spec:
          deviceSelector: {driver: gpu.intel.com}
          taint: {key: e2e-drain, effect: NoSchedule}
        """);
    cluster.structuredClaim("tainted", one("gpu.intel.com", ""));
    cluster.structuredPod("tainted", "", Map.of("gpu", claimNamed("tainted")));

    assertSays("tainted", "e2e-drain:NoSchedule of DeviceTaintRule e2e-drain");

    Shell.kubectl("delete", "devicetaintrule", "e2e-drain");
    cluster.awaitRunning("tainted");
  }

  private void assertSays(String pod, String... parts) {
    String begin = "Request gpu of claim %s/%s: on node node".formatted(cluster.namespace(), pod);
    cluster.eventually(
        "the Event of " + pod,
        () ->
            assertThat(events(pod))
                .singleElement()
                .satisfies(
                    event -> assertThat(event.getMessage()).startsWith(begin).contains(parts)));
    assertThat(Shell.run("deploy/kubectl/kubectl-gpu", "why", pod, "-n", cluster.namespace()))
        .contains("WaitsForDevices: " + events(pod).getFirst().getMessage());
  }

  private List<Event> events(String pod) {
    return cluster.events(cluster.getPod(pod)).stream()
        .filter(event -> event.getReason().equals("WaitsForDevices"))
        .toList();
  }
}
