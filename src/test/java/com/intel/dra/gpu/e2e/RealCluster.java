package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * The cluster that ./test started, with a namespace for each test. The namespace is emptied after
 * the test, and then no GAS may have a trace of a claim, whatever the test did. If a test fails,
 * the state of the cluster is in target/e2e-logs.
 */
class RealCluster extends TestNamespace
    implements BeforeEachCallback, AfterEachCallback, TestExecutionExceptionHandler {

  static final String DRIVER_NAMESPACE = "default";
  static final String FLEX_170 = "0000:b3:00.0-0x56c0";
  static final String ARC_A770 = "0000:b4:00.0-0x56a0";
  static final int FLEX_170_MIB = 14248;
  static final List<String> NODES = List.of("node1", "node2");
  static final String IMAGE = "registry.k8s.io/e2e-test-images/busybox:1.29-2";
  static final String CONTROLLER = "intel-gpu-controller";
  static final String AGENT = "intel-gpu-node-agent";

  private static final String NOTE = "e2e.example.com/look";

  private static final ApiSpelling SPELLING = spellingOfTheCluster();
  private static final KubernetesClient CLIENT = client(SPELLING);

  private final Optional<Topology> topology;
  private String namespace = "";
  private Instant begin = Instant.EPOCH;

  /** A cluster with the GPUs that most tests use. */
  RealCluster() {
    this(Topology.USUAL);
  }

  RealCluster(Topology topology) {
    this(Optional.of(topology));
  }

  /** A cluster with the GPUs that the last test left, or that the test itself sets. */
  static RealCluster withWhateverGpus() {
    return new RealCluster(Optional.empty());
  }

  private RealCluster(Optional<Topology> topology) {
    super(CLIENT, SPELLING);
    this.topology = topology;
  }

  /**
   * The client assumes RSA keys unless it is told otherwise; the local cluster has elliptic keys.
   * And it waits as long for an answer as kubectl: the tests of several clusters share the
   * processors.
   */
  private static KubernetesClientBuilder admin() {
    Config config = Config.autoConfigure(null);
    config.setClientKeyAlgo("EC");
    config.setRequestTimeout(60_000);
    return new KubernetesClientBuilder().withConfig(config);
  }

  /** Returns a new client that reaches the cluster by that version. */
  static KubernetesClient client(ApiSpelling spelling) {
    return admin()
        .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("spelling", spelling))
        .build();
  }

  /** Returns the version that the cluster serves now. */
  static ApiSpelling spellingOfTheCluster() {
    try (KubernetesClient plain = admin().build()) {
      return ApiSpelling.of(plain);
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    begin = Instant.now();
    topology.ifPresent(wanted -> wanted.showOn(this));
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
    if (namespace.isEmpty()) {
      return; // the namespace was not made and is empty; no namespace would mean all of them
    }
    try {
      empty();
    } catch (RuntimeException | AssertionError failure) {
      FailureReport.write(this, context, failure);
      throw failure;
    } finally {
      deleteClusterWideObjects();
      client.namespaces().withName(namespace).delete();
      VanishingNamespaces.of(context, client).add(namespace);
    }
  }

  /** Deletes what the test made, and waits until no GAS has a trace of its claims. */
  void empty() {
    client.apps().deployments().inNamespace(namespace).delete();
    // not 0: a kubelet of 1.27 never unprepares a claim that is gone before the containers are
    client.pods().inNamespace(namespace).withGracePeriod(1).delete();
    eventually(
        "the pods of " + namespace + " are gone",
        () -> assertThat(client.pods().inNamespace(namespace).list().getItems()).isEmpty());
    deleteClaims();
    eventually(
        "the claims of " + namespace + " are gone", () -> assertThat(claimNames()).isEmpty());
    eventually("no GAS has a trace of a claim", () -> assertThat(claimUidsInAnyGas()).isEmpty());
  }

  /** Deletes all claims of the test, in the API version that the cluster serves. */
  void deleteClaims() {
    client.resources(ResourceClaim.class).inNamespace(namespace).delete();
  }

  /** Returns the names of all claims of the test. */
  List<String> claimNames() {
    return claims().stream().map(claim -> claim.getMetadata().getName()).toList();
  }

  /** Returns the arguments of kubectl that show the claims of a failed test. */
  List<String> questionsAboutClaims() {
    String inTheTests = " -n " + namespace;
    return List.of(
        "get resourceclaims,gpuclaimparameters -o wide" + inTheTests,
        "describe resourceclaims,podschedulingcontexts" + inTheTests,
        "get resourceclaims,podschedulingcontexts -o yaml" + inTheTests,
        "get resourceclasses,deviceclassparameters -o yaml");
  }

  /** Checks that the API server would create what the file asks for, without doing so. */
  void assertTaken(Path file) {
    String version = client.getKubernetesVersion().getGitVersion();
    try {
      Path spelled = Files.createTempFile("spelled", ".yaml");
      try {
        Files.writeString(spelled, Shell.run("deploy/spell", version, file.toString()));
        Shell.kubectl(
            "apply",
            "--dry-run=server",
            "--validate=strict",
            "-n",
            namespace,
            "-f",
            spelled.toString());
      } finally {
        Files.delete(spelled);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Has kubelets give the driver's pods their ConfigMaps as they are now: they look about once a
   * minute, and at once when a pod changes. {@link #removeNotes} undoes it.
   */
  static void haveKubeletsLookAtConfigMaps() {
    annotateDriver("--overwrite", NOTE + "=" + UUID.randomUUID());
  }

  static void removeNotes() {
    annotateDriver(NOTE + "-");
  }

  private static void annotateDriver(String... arguments) {
    Shell.kubectl(
        Stream.concat(
                Stream.of("annotate", "pods", "-n", DRIVER_NAMESPACE, "--all"),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  @Override
  String namespace() {
    return namespace;
  }

  /** The time at which the test began. */
  Instant begin() {
    return begin;
  }
}
