package com.intel.dra.gpu.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.classic.PodClaims;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimConsumerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.core.ThrowingRunnable;

/** Reads and awaits the state of a test's objects, and the driver's results for them. */
abstract class TestNamespace extends TestObjects {

  static final String DRIVER_NAMESPACE = "default";
  static final String FLEX_170 = "0000:b3:00.0-0x56c0";
  static final String ARC_A770 = "0000:b4:00.0-0x56a0";
  static final int FLEX_170_MIB = 14248;
  static final List<String> NODES = List.of("node1", "node2");
  static final String CONTROLLER = "intel-gpu-controller";
  static final String AGENT = "intel-gpu-node-agent";

  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Pattern CARD = Pattern.compile("\\bcard(\\d+)\\b");

  TestNamespace(KubernetesClient client, ApiSpelling spelling) {
    super(client, spelling);
  }

  void eventually(String what, ThrowingRunnable assertion) {
    eventually(what, PATIENCE, assertion);
  }

  /**
   * @param patience for waits that depend on other components than the driver
   */
  void eventually(String what, Duration patience, ThrowingRunnable assertion) {
    await(what)
        .atMost(patience)
        .pollInterval(Duration.ofMillis(250))
        .ignoreExceptionsMatching(e -> !(e instanceof AssertionError))
        .untilAsserted(assertion);
  }

  /** Checks that the condition holds for a while; only time can show that. */
  void stays(String what, Callable<Boolean> condition) {
    await(what)
        .during(Duration.ofSeconds(3))
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(250))
        .until(condition);
  }

  Pod getPod(String name) {
    return requireNonNull(client.pods().inNamespace(namespace()).withName(name).get(), name);
  }

  List<Pod> pods() {
    return client.pods().inNamespace(namespace()).list().getItems();
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
    return client.pods().inNamespace(namespace()).withName(pod).inContainer(container).getLog();
  }

  /** Returns the numbers of the cards in the container's log, once it has listed them. */
  Set<Integer> cards(String pod, String container) {
    return cardsIn(log(pod, container));
  }

  private static Set<Integer> cardsIn(String text) {
    return CARD.matcher(text)
        .results()
        .map(match -> Integer.valueOf(match.group(1)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Checks that the pod's containers never stopped, and still have the same card. */
  void assertUntouched(String pod, Set<Integer> cards) {
    assertThat(phase(pod)).isEqualTo("Running");
    assertThat(getPod(pod).getStatus().getContainerStatuses())
        .allMatch(container -> container.getRestartCount() == 0);
    assertThat(cards(pod, "main")).isEqualTo(cards);
    assertThat(
            cardsIn(
                Shell.kubectl(
                    "exec", "-n", namespace(), pod, "-c", "main", "--", "ls", "/dev/dri")))
        .isEqualTo(cards);
  }

  ResourceClaim getClaim(String name) {
    return requireNonNull(
        client.resources(ResourceClaim.class).inNamespace(namespace()).withName(name).get(), name);
  }

  List<ResourceClaim> claims() {
    return client.resources(ResourceClaim.class).inNamespace(namespace()).list().getItems();
  }

  /**
   * Returns the claim that has that name in the pod, whether it was made from a template or not.
   */
  ResourceClaim claimOf(Pod pod, String podClaimName) {
    return PodClaims.of(pod).stream()
        .filter(reference -> reference.podClaimName().equals(podClaimName))
        .map(reference -> getClaim(reference.claimName()))
        .findFirst()
        .orElseThrow();
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

  /** Waits until the claim can be allocated again and no GAS has it. */
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

  /** Returns the names of the pods for which the claim is reserved. */
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

  /** Returns the pods of one of the driver's two applications. */
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

  /** Returns node and UID of the devices that the claim holds, on any node. */
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
    return client.v1().events().inNamespace(namespace()).list().getItems().stream()
        .filter(event -> about.getMetadata().getUid().equals(event.getInvolvedObject().getUid()))
        .toList();
  }

  /** Waits for a Warning of this driver on the object, and returns its message. */
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
