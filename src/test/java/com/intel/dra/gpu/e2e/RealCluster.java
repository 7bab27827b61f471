package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuApi;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The cluster, with a namespace for each test that is gone after it; and after each test no GAS may
 * have a trace of a claim, whatever the test did.
 */
final class RealCluster implements BeforeEachCallback, AfterEachCallback {

  static final String DRIVER_NAMESPACE = "default";
  static final String FLEX_170 = "0000:b3:00.0-0x56c0";
  static final String ARC_A770 = "0000:b4:00.0-0x56a0";
  static final int FLEX_170_MIB = 14248;

  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final KubernetesClient client = admin();
  private String namespace = "";

  /** The client takes keys for RSA ones unless told; the local cluster's are elliptic. */
  private static KubernetesClient admin() {
    Config config = Config.autoConfigure(null);
    config.setClientKeyAlgo("EC");
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    namespace = "it-" + UUID.randomUUID().toString().substring(0, 8);
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName(namespace).and().build())
        .create();
    eventually(
        "the service account of " + namespace,
        () ->
            assertThat(client.serviceAccounts().inNamespace(namespace).withName("default").get())
                .isNotNull());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    // not 0: a kubelet of 1.27 never unprepares a claim that is gone before the pod's containers
    // are
    client.pods().inNamespace(namespace).withGracePeriod(1).delete();
    client.namespaces().withName(namespace).delete();
    eventually(
        "namespace " + namespace + " is gone",
        () -> assertThat(client.namespaces().withName(namespace).get()).isNull());
    eventually("no GAS has a trace of a claim", () -> assertThat(claimUidsInAnyGas()).isEmpty());
  }

  KubernetesClient client() {
    return client;
  }

  String namespace() {
    return namespace;
  }

  void eventually(String what, ThrowingRunnable assertion) {
    await(what)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(250))
        .ignoreExceptionsMatching(e -> !(e instanceof AssertionError))
        .untilAsserted(assertion);
  }

  /** That nothing changes about it for a while, which only a time can show. */
  void stays(String what, Callable<Boolean> condition) {
    await(what)
        .during(Duration.ofSeconds(3))
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(250))
        .until(condition);
  }

  // --- objects

  void apply(String yaml) {
    client
        .load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
        .inNamespace(namespace)
        .create();
  }

  void applyFile(Path file) throws java.io.IOException {
    apply(java.nio.file.Files.readString(file));
  }

  void parameters(String name, String spec) {
    apply(
        """
        apiVersion: gpu.dra.intel.com/v1alpha
        kind: GpuClaimParameters
        metadata: {name: %s}
        spec: %s
        """
            .formatted(name, spec));
  }

  void template(String name, String parameters) {
    apply(
        """
        apiVersion: resource.k8s.io/v1alpha2
        kind: ResourceClaimTemplate
        metadata: {name: %s}
        spec:
          spec:
            resourceClassName: intel-gpu
            parametersRef: {apiGroup: gpu.dra.intel.com, kind: GpuClaimParameters, name: %s}
        """
            .formatted(name, parameters));
  }

  void claim(String name, String parameters, String mode) {
    claim(name, "intel-gpu", "gpu.dra.intel.com", "GpuClaimParameters", parameters, mode);
  }

  void claim(
      String name, String className, String group, String kind, String parameters, String mode) {
    apply(
        """
        apiVersion: resource.k8s.io/v1alpha2
        kind: ResourceClaim
        metadata: {name: %s}
        spec:
          resourceClassName: %s
          allocationMode: %s
          parametersRef: {apiGroup: %s, kind: %s, name: %s}
        """
            .formatted(name, className, mode, group, kind, parameters));
  }

  /**
   * A pod of one container that lists its DRM nodes and sleeps.
   *
   * @param where a fragment of the pod's spec, such as {@code nodeName: node1}; may be empty
   * @param sources by name in the pod, such as {@code {resourceClaimName: x}}
   */
  void pod(String name, String where, Map<String, String> sources) {
    String entries =
        sources.entrySet().stream()
            .map(entry -> "{name: %s, source: %s}".formatted(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "));
    String uses =
        sources.keySet().stream()
            .map(entry -> "{name: " + entry + "}")
            .collect(Collectors.joining(", "));
    apply(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          terminationGracePeriodSeconds: 1
          %s
          containers:
          - name: main
            image: registry.k8s.io/e2e-test-images/busybox:1.29-2
            command: ["sh", "-c", "ls /dev/dri; sleep 3600"]
            resources: {claims: [%s]}
          resourceClaims: [%s]
        """
            .formatted(name, where, uses, entries));
  }

  static String ofTemplate(String template) {
    return "{resourceClaimTemplateName: %s}".formatted(template);
  }

  static String ofClaim(String claim) {
    return "{resourceClaimName: %s}".formatted(claim);
  }

  void deletePod(String name) {
    client.pods().inNamespace(namespace).withName(name).withGracePeriod(1).delete();
  }

  // --- what is

  Pod getPod(String name) {
    return java.util.Objects.requireNonNull(
        client.pods().inNamespace(namespace).withName(name).get(), name);
  }

  String phase(String pod) {
    return getPod(pod).getStatus().getPhase();
  }

  void awaitRunning(String... pods) {
    for (String pod : pods) {
      eventually(pod + " runs", () -> assertThat(phase(pod)).isEqualTo("Running"));
    }
  }

  String log(String pod, String container) {
    return client.pods().inNamespace(namespace).withName(pod).inContainer(container).getLog();
  }

  ResourceClaim getClaim(String name) {
    return java.util.Objects.requireNonNull(
        client.resources(ResourceClaim.class).inNamespace(namespace).withName(name).get(), name);
  }

  List<ResourceClaim> claims() {
    return client.resources(ResourceClaim.class).inNamespace(namespace).list().getItems();
  }

  boolean isAllocated(String claim) {
    var status = getClaim(claim).getStatus();
    return status != null && status.getAllocation() != null;
  }

  GpuAllocationState gas(String node) {
    return java.util.Objects.requireNonNull(
        client
            .resources(GpuAllocationState.class)
            .inNamespace(DRIVER_NAMESPACE)
            .withName(node)
            .get(),
        node);
  }

  List<GpuAllocationState> allGas() {
    return client
        .resources(GpuAllocationState.class)
        .inNamespace(DRIVER_NAMESPACE)
        .list()
        .getItems();
  }

  Set<String> claimUidsInAnyGas() {
    var uids = new TreeSet<String>();
    for (GpuAllocationState gas : allGas()) {
      uids.addAll(gas.getSpec().resourceClaimAllocations().keySet());
      uids.addAll(gas.getSpec().prepared().keySet());
    }
    return uids;
  }

  /** The devices that the claim holds, on whichever node; node and UID. */
  List<String> devicesOf(ResourceClaim claim) {
    return allGas().stream()
        .flatMap(
            gas -> {
              var allocation =
                  gas.getSpec().resourceClaimAllocations().get(claim.getMetadata().getUid());
              return allocation == null
                  ? List.<String>of().stream()
                  : allocation.gpus().stream()
                      .map(gpu -> gas.getMetadata().getName() + " " + gpu.uid());
            })
        .sorted()
        .toList();
  }

  List<Event> events(HasMetadata about) {
    return client.v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(event -> about.getMetadata().getUid().equals(event.getInvolvedObject().getUid()))
        .toList();
  }

  /** Waits for a Warning of this driver on the object, and gives its message. */
  String awaitWarning(HasMetadata about, String reason) {
    eventually(
        reason + " on " + about.getMetadata().getName(),
        () ->
            assertThat(events(about))
                .anySatisfy(
                    event -> {
                      assertThat(event.getReason()).isEqualTo(reason);
                      assertThat(event.getType()).isEqualTo("Warning");
                      assertThat(event.getSource().getComponent()).isEqualTo(GpuApi.DRIVER_NAME);
                    }));
    return events(about).stream()
        .filter(event -> event.getReason().equals(reason))
        .map(Event::getMessage)
        .collect(Collectors.joining("\n"));
  }
}
