package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.claimNamed;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.docs.Documents;
import io.fabric8.kubernetes.api.model.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** deploy/components/explain: the Event on a pod that waits, and {@code kubectl gpu why}. */
@Tag("structured")
class StructuredExplainIT {

  private static final String ROLE = "ask-intel-gpu-explainer";

  private static final Shell.Setting HERE = new Shell.Setting(Path.of("."), Map.of());

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  @BeforeEach
  void install() {
    cluster.startExplainer();
    cluster.awaitExplainer();
  }

  @AfterEach
  void remove() {
    Shell.tryKubectl("delete", "devicetaintrule", "e2e-drain", "--ignore-not-found");
    cluster.removeExplainer();
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
    assertSays("late", " left; claim " + cluster.namespace() + "/holder holds the rest");

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

  @Test
  void aUserWithTheRoleOfThePageMayAskAndReadsNothingElse(@TempDir Path folder) throws IOException {
    cluster.structuredClaim(
        "nobodys",
        one(
            "gpu.intel.com",
            "selectors: [{cel: {expression: 'device.attributes[\"gpu.intel.com\"].model =="
                + " \"Other\"'}}]"));
    cluster.structuredPod("waits", "", Map.of("gpu", claimNamed("nobodys")));
    Path manifest = folder.resolve("manifest.yaml");
    Files.writeString(manifest, manifest("asked", one("gpu.intel.com", ""), 2));
    Shell.Setting user = userWhoReadsOwnPods(folder);
    String fit =
        "deploy/kubectl/kubectl-gpu fit -f %s 2>&1 || echo exit code $?".formatted(manifest);

    assertThat(Shell.tryScript(user, fit))
        .contains("the explainer may not be asked: you need the right", "exit code 2");
    assertThat(Shell.tryScript(user, "deploy/kubectl/kubectl-gpu why waits 2>&1"))
        .contains("no answers node by node: the explainer may not be asked");

    String binding = "ask-" + cluster.namespace();
    try {
      Shell.script(HERE, "kubectl apply -f - <<'YAML'\n" + roleOfThePage() + "\nYAML");
      Shell.kubectl(
          "create",
          "rolebinding",
          binding,
          "-n",
          "default",
          "--role=" + ROLE,
          "--serviceaccount=" + cluster.namespace() + ":asker");
      cluster.eventually(
          "the user is answered",
          () -> {
            assertThat(Shell.tryScript(user, fit)).contains("2 of 2 pods would have devices");
            assertThat(Shell.tryScript(user, "deploy/kubectl/kubectl-gpu why waits"))
                .contains("no device is selected")
                .containsPattern("NODE +REQUEST +ANSWER +HELD BY");
          });
      for (String what : List.of("resourceslices", "nodes", "pods -A", "secrets", "gas -A")) {
        assertThat(Shell.tryScript(user, "kubectl get " + what + " 2>&1")).contains("orbidden");
      }
    } finally {
      Shell.kubectl("delete", "rolebinding", binding, "-n", "default", "--ignore-not-found");
      Shell.kubectl("delete", "role", ROLE, "-n", "default", "--ignore-not-found");
    }
  }

  private static String roleOfThePage() {
    return Documents.blocks(Path.of("docs/operate/security.md")).stream()
        .map(block -> String.join("\n", block.lines()))
        .filter(text -> text.contains("kind: Role\n") && text.contains(ROLE))
        .findFirst()
        .orElseThrow();
  }

  /** What a user has who may see the own namespace's pods, and nothing of the driver. */
  private Shell.Setting userWhoReadsOwnPods(Path folder) throws IOException {
    String namespace = cluster.namespace();
    Shell.kubectl("create", "serviceaccount", "asker", "-n", namespace);
    Shell.kubectl(
        "create",
        "role",
        "reader",
        "-n",
        namespace,
        "--verb=get,list",
        "--resource=pods,events,resourceclaims.resource.k8s.io");
    Shell.kubectl(
        "create",
        "rolebinding",
        "reader",
        "-n",
        namespace,
        "--role=reader",
        "--serviceaccount=" + namespace + ":asker");
    Path file = folder.resolve("kubeconfig");
    Files.copy(Path.of(System.getenv("KUBECONFIG")), file);
    String token = Shell.kubectl("create", "token", "asker", "-n", namespace).strip();
    var user =
        new Shell.Setting(
            Path.of("."), Map.of("KUBECONFIG", file.toString(), "GPU_NAMESPACE", "default"));
    Shell.script(
        user,
        "kubectl config set-credentials asker --token='%s' && kubectl config set-context --current --user=asker --namespace=%s"
            .formatted(token, namespace));
    return user;
  }

  /** The number that is foretold is the number that the scheduler binds. */
  @Test
  void fitForetellsHowManyPodsOfADeploymentRun(@TempDir Path folder) throws IOException {
    assertForetold(folder, "shares", "capacity: {requests: {memory: 6Gi}}", 14);
    assertForetold(
        folder,
        "whole",
        "selectors: [{cel: {expression: 'device.attributes[\"gpu.intel.com\"].type == \"gpu\"'}}],"
            + " allocationMode: ExactCount, count: 2",
        5);
  }

  private void assertForetold(Path folder, String name, String request, int replicas)
      throws IOException {
    Path file = folder.resolve(name + ".yaml");
    Files.writeString(file, manifest(name, one("gpu.intel.com", request), replicas));
    String command =
        "deploy/kubectl/kubectl-gpu fit -f %s -n %s".formatted(file, cluster.namespace());
    var answers = new String[2];
    cluster.eventually(
        "the controller that is asked has read the cluster",
        () -> {
          answers[0] = Shell.tryScript(HERE, command + " 2>&1 || echo exit code $?");
          answers[1] = Shell.tryScript(HERE, command + " -o json 2>&1 || true");
          assertThat(answers).allSatisfy(text -> assertThat(text).contains(name));
        });
    String answer = answers[0];
    JsonNode json = ApiSpelling.json(answers[1]);
    int foretold = json.path("replicas").asInt();
    assertThat(foretold).as(answer).isPositive().isLessThan(replicas);
    assertThat(answer)
        .contains(
            "%d of %d pods would have devices".formatted(foretold, replicas),
            "the next pod of Deployment " + name + " waits: ",
            "HELD BY",
            "exit code 1");

    try {
      Shell.kubectl("apply", "-n", cluster.namespace(), "-f", file.toString());
      cluster.eventually(
          "the scheduler has judged each pod",
          () ->
              assertThat(cluster.pods())
                  .hasSize(replicas)
                  .allSatisfy(
                      pod ->
                          assertThat(pod.getStatus().getConditions())
                              .anySatisfy(
                                  one -> assertThat(one.getType()).isEqualTo("PodScheduled"))));
      assertThat(cluster.pods())
          .filteredOn(pod -> pod.getSpec().getNodeName() != null)
          .as(answer)
          .hasSize(foretold);
      String waiting =
          cluster.pods().stream()
              .filter(pod -> pod.getSpec().getNodeName() == null)
              .map(pod -> pod.getMetadata().getName())
              .findFirst()
              .orElseThrow();
      assertThat(Shell.run("deploy/kubectl/kubectl-gpu", "why", waiting, "-n", cluster.namespace()))
          .containsPattern("NODE +REQUEST +ANSWER +HELD BY")
          .contains("node1", "node2", cluster.namespace() + "/" + name);
    } finally {
      cluster.empty();
    }
  }

  private static String manifest(String name, String claim, int replicas) {
    return """
    apiVersion: resource.k8s.io/v1
    kind: ResourceClaimTemplate
    metadata: {name: %1$s}
    spec:
      spec: %2$s
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: %1$s}
    spec:
      replicas: %3$d
      selector: {matchLabels: {app: %1$s}}
      template:
        metadata: {labels: {app: %1$s}}
        spec:
          terminationGracePeriodSeconds: 1
          resourceClaims: [{name: gpu, resourceClaimTemplateName: %1$s}]
          containers:
            - {name: main, image: "%4$s", command: [sleep, "3600"], resources: {claims: [{name: gpu}]}}
    """
        .formatted(name, claim, replicas, TestObjects.IMAGE);
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
    cluster.eventually(
        "each node's answer for " + pod,
        () ->
            assertThat(
                    Shell.run("deploy/kubectl/kubectl-gpu", "why", pod, "-n", cluster.namespace()))
                .contains("WaitsForDevices: " + events(pod).getFirst().getMessage())
                .containsPattern("NODE +REQUEST +ANSWER +HELD BY")
                .contains(pod + "/gpu"));
  }

  private List<Event> events(String pod) {
    return cluster.events(cluster.getPod(pod)).stream()
        .filter(event -> event.getReason().equals("WaitsForDevices"))
        .toList();
  }
}
