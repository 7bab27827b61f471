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
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimConsumerReference;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * The cluster that ./test brought up, with a namespace for each test that is emptied after it; and
 * after each test no GAS may have a trace of a claim, whatever the test did. What the cluster
 * looked like when a test failed is in target/e2e-logs.
 */
final class RealCluster
    implements BeforeEachCallback, AfterEachCallback, TestExecutionExceptionHandler {

  static final String DRIVER_NAMESPACE = "default";
  static final String FLEX_170 = "0000:b3:00.0-0x56c0";
  static final String ARC_A770 = "0000:b4:00.0-0x56a0";
  static final int FLEX_170_MIB = 14248;
  static final List<String> NODES = List.of("node1", "node2");
  static final String IMAGE = "registry.k8s.io/e2e-test-images/busybox:1.29-2";
  static final String CONTROLLER = "intel-gpu-controller";
  static final String AGENT = "intel-gpu-node-agent";

  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private static final KubernetesClient CLIENT = admin();

  private final KubernetesClient client = CLIENT;
  private final Topology topology;
  private final List<HasMetadata> clusterWide = new ArrayList<>();
  private String namespace = "";
  private Instant begin = Instant.EPOCH;

  /** With the GPUs that most tests use. */
  RealCluster() {
    this(Topology.USUAL);
  }

  RealCluster(Topology topology) {
    this.topology = topology;
  }

  /** The client takes keys for RSA ones unless told; the local cluster's are elliptic. */
  private static KubernetesClient admin() {
    Config config = Config.autoConfigure(null);
    config.setClientKeyAlgo("EC");
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    begin = Instant.now();
    topology.showOn(this);
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
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    FailureReport.write(this, context, failure);
    throw failure;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    try {
      empty();
    } catch (RuntimeException | AssertionError failure) {
      FailureReport.write(this, context, failure);
      throw failure;
    } finally {
      client.namespaces().withName(namespace).delete();
      VanishingNamespaces.of(context, client).add(namespace);
    }
  }

  private void empty() {
    client.apps().deployments().inNamespace(namespace).delete();
    client.pods().inNamespace(namespace).withGracePeriod(0).delete();
    eventually(
        "the pods of " + namespace + " are gone",
        () -> assertThat(client.pods().inNamespace(namespace).list().getItems()).isEmpty());
    client.resources(ResourceClaim.class).inNamespace(namespace).delete();
    eventually("the claims of " + namespace + " are gone", () -> assertThat(claims()).isEmpty());
    clusterWide.reversed().forEach(object -> client.resource(object).delete());
    clusterWide.clear();
    eventually("no GAS has a trace of a claim", () -> assertThat(claimUidsInAnyGas()).isEmpty());
  }

  KubernetesClient client() {
    return client;
  }

  String namespace() {
    return namespace;
  }

  /** When the test began. */
  Instant begin() {
    return begin;
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

  /** Creates what is in no namespace, and deletes it after the test. */
  void applyClusterWide(String yaml) {
    List<HasMetadata> objects =
        client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).items();
    clusterWide.addAll(objects);
    objects.forEach(object -> client.resource(object).create());
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
    pod(name, where, List.of(container("main", sources.keySet().toArray(String[]::new))), sources);
  }

  /**
   * A pod of those containers.
   *
   * @param where fragments of the pod's spec, a line each
   */
  void pod(String name, String where, List<String> containers, Map<String, String> sources) {
    String claims =
        sources.entrySet().stream()
            .map(entry -> "{name: %s, source: %s}".formatted(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "));
    apply(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          terminationGracePeriodSeconds: 0
        %s
          containers: [%s]
          resourceClaims: [%s]
        """
            .formatted(
                name, where.indent(2).stripTrailing(), String.join(", ", containers), claims));
  }

  /** A container that lists its DRM nodes, then sleeps; uses those claims, by name in the pod. */
  static String container(String name, String... claims) {
    return container(name, "ls /dev/dri; sleep 3600", claims);
  }

  static String container(String name, String command, String... claims) {
    String uses =
        Stream.of(claims).map(claim -> "{name: " + claim + "}").collect(Collectors.joining(", "));
    return "{name: %s, image: %s, command: [sh, -c, \"%s\"], resources: {claims: [%s]}}"
        .formatted(name, IMAGE, command, uses);
  }

  static String ofTemplate(String template) {
    return "{resourceClaimTemplateName: %s}".formatted(template);
  }

  static String ofClaim(String claim) {
    return "{resourceClaimName: %s}".formatted(claim);
  }

  /** Changes an object of the test's namespace by a JSON merge patch. */
  void change(Class<? extends HasMetadata> kind, String name, String patch) {
    client
        .resources(kind)
        .inNamespace(namespace)
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  void deleteClaim(String name) {
    client.resources(ResourceClaim.class).inNamespace(namespace).withName(name).delete();
  }

  void deletePod(String name) {
    client.pods().inNamespace(namespace).withName(name).withGracePeriod(0).delete();
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

  /** The one claim that was made from a template for that pod. */
  ResourceClaim claimOf(String pod) {
    String uid = getPod(pod).getMetadata().getUid();
    List<ResourceClaim> made =
        claims().stream()
            .filter(
                claim ->
                    claim.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> uid.equals(owner.getUid())))
            .toList();
    assertThat(made).as("claims made for " + pod).hasSize(1);
    return made.getFirst();
  }

  boolean isAllocated(String claim) {
    return isAllocated(getClaim(claim));
  }

  private static boolean isAllocated(ResourceClaim claim) {
    return claim.getStatus() != null && claim.getStatus().getAllocation() != null;
  }

  void awaitAllocated(String... claims) {
    for (String claim : claims) {
      eventually(claim + " is allocated", () -> assertThat(isAllocated(claim)).isTrue());
    }
  }

  /** Waits until the claim is open for a new allocation, and no GAS knows it. */
  void awaitDeallocated(String claim) {
    eventually(
        claim + " is deallocated",
        () -> {
          ResourceClaim now = getClaim(claim);
          assertThat(isAllocated(now)).isFalse();
          assertThat(now.getMetadata().getFinalizers()).doesNotContain(GpuApi.CLAIM_FINALIZER);
          assertThat(devicesOf(now)).isEmpty();
        });
  }

  /** The names of the pods that the claim is reserved for. */
  List<String> reservedFor(String claim) {
    return reservedFor(getClaim(claim));
  }

  static List<String> reservedFor(ResourceClaim claim) {
    return claim.getStatus() == null
        ? List.of()
        : claim.getStatus().getReservedFor().stream()
            .map(ResourceClaimConsumerReference::getName)
            .toList();
  }

  Optional<GpuAllocationState> findGas(String node) {
    return Optional.ofNullable(
        client
            .resources(GpuAllocationState.class)
            .inNamespace(DRIVER_NAMESPACE)
            .withName(node)
            .get());
  }

  GpuAllocationState gas(String node) {
    return findGas(node).orElseThrow(() -> new AssertionError("no GpuAllocationState " + node));
  }

  Pod agentOn(String node) {
    return podsOf(AGENT).stream()
        .filter(pod -> node.equals(pod.getSpec().getNodeName()))
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no node agent on " + node));
  }

  /** The pods of one of the driver's two applications. */
  List<Pod> podsOf(String application) {
    return client
        .pods()
        .inNamespace(DRIVER_NAMESPACE)
        .withLabel("app.kubernetes.io/name", application)
        .list()
        .getItems();
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
