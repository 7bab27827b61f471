package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.api.GpuAllocationState;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Makes and deletes pods with GPUs, shares and VFs while it kills controllers, agents and kubelets
 * at random. Afterwards no component may disagree with another, and no GPU may have VFs. {@code
 * ./test --soak MINUTES} runs it. {@code --refusals PERCENT} makes the kernel refuse that many of
 * the writes that make or remove VFs, until the pods are gone.
 */
@Tag("soak")
@EnabledIfSystemProperty(named = "soak.minutes", matches = "\\d+")
class SoakIT {

  private static final Duration LENGTH = Duration.ofMinutes(Integer.getInteger("soak.minutes", 15));
  private static final int REFUSALS_PERCENT = Integer.getInteger("soak.refusals", 0);
  private static final long SEED = Long.getLong("soak.seed", System.nanoTime());

  private static final int PODS = 14;
  private static final Duration BETWEEN_ACTIONS = Duration.ofMillis(800);
  private static final int SECONDS_BETWEEN_KILLS = 14;

  /** The agent forgets a claim after this time if the kubelet has lost its record of the claim. */
  private static final String ABANDONED_AFTER = "90s";

  /**
   * Longer than the longest wait by design: 10 minutes for VFs for which there is no request any
   * more.
   */
  private static final Duration SETTLING = Duration.ofMinutes(13);

  private static final boolean STRUCTURED =
      Shell.kubectl("get", "--raw", "/apis/resource.k8s.io").contains("\"version\":\"v1\"");

  @RegisterExtension
  final RealCluster cluster =
      STRUCTURED ? new StructuredCluster(Topology.SOAK) : new RealCluster(Topology.SOAK);

  private final Random random = new Random(SEED);
  private final NodeChecks checks = new NodeChecks(cluster);
  private final SoakKills kills = new SoakKills(cluster, !STRUCTURED);
  private final Map<String, Instant> created = new HashMap<>();
  private final Set<String> started = new HashSet<>();
  private Duration longestStart = Duration.ZERO;
  private int pods;
  private int unanswered;

  @Test
  void afterManyKillsUnderChurnNobodyDisagreesAboutAnything() {
    System.out.printf(
        "soak: %s DRA, %d min, %d %% of the writes refused, seed %d (-Dsoak.seed=%d)%n",
        STRUCTURED ? "structured" : "classic", LENGTH.toMinutes(), REFUSALS_PERCENT, SEED, SEED);
    prepareTheAgents();
    SoakPods work =
        STRUCTURED
            ? new SoakPods.Structured((StructuredCluster) cluster)
            : new SoakPods.Classic(cluster);
    work.prepare();

    if (REFUSALS_PERCENT > 0) {
      Topology.SOAK.refuseSomeWritesOn(cluster, REFUSALS_PERCENT);
    }

    Instant end = Instant.now().plus(LENGTH);
    Instant nextKill = nextKill();
    while (Instant.now().isBefore(end)) {
      try {
        changeSomething(work);
        look();
        if (Instant.now().isAfter(nextKill)) {
          nextKill = nextKill();
          kills.killAny(random);
        }
        kills.areAllBack();
      } catch (KubernetesClientException e) {
        unanswered++; // the machine is busy
      }
      pause();
    }

    // containers that were killed often wait for minutes, unless the kubelet forgets their restarts
    RealCluster.NODES.forEach(kills::killKubelet);
    await("all are back").atMost(SETTLING).ignoreExceptions().until(kills::areAllBack);
    look();
    if (REFUSALS_PERCENT > 0) {
      Topology.SOAK.repairOn(cluster, () -> assertThat(kills.areAllBack()).isTrue());
      long refused = RealCluster.NODES.stream().mapToLong(this::writesRefusedOn).sum();
      System.out.printf("soak: the kernels refused %d writes%n", refused);
      assertThat(refused).as("writes refused").isPositive();
    }
    Instant settling = Instant.now();
    empty();
    List<String> disagreements = new ArrayList<>();
    for (String node : RealCluster.NODES) {
      disagreements.addAll(selfCheck(node));
    }
    System.out.printf(
        "soak: %d pods created, %d started, longest start %s; %s; %d requests of the test"
            + " unanswered; settled after %s; %d disagreements%n",
        pods,
        started.size(),
        longestStart,
        kills,
        unanswered,
        Duration.between(settling, Instant.now()),
        disagreements.size());
    assertThat(disagreements).isEmpty();
    assertThat(started).as("pods that ran").hasSizeGreaterThan((int) LENGTH.toMinutes());
    assertThat(kills.count()).as("kills").isGreaterThan((int) LENGTH.toMinutes());
    RealCluster.NODES.forEach(SoakIT::assertPlain);
  }

  private void prepareTheAgents() {
    new Driver(cluster).setAgentsEnvironment("GPU_ABANDONED_CLAIMS_AFTER", ABANDONED_AFTER);
    cluster.apply(
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: {name: soak-self-check}
        rules: [{apiGroups: [resource.k8s.io], resources: [resourceclaims], verbs: [list]}]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: {name: soak-self-check}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: soak-self-check}
        subjects: [{kind: ServiceAccount, name: intel-gpu-node-agent, namespace: default}]
        """);
  }

  private void changeSomething(SoakPods work) {
    List<Pod> now =
        cluster.pods().stream()
            .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
            .toList();
    int dice = random.nextInt(20);
    if (dice == 0) {
      work.createShared(SoakPods.shared(random));
    } else if (dice == 1) {
      work.deleteShared(SoakPods.shared(random));
    } else if (now.size() < PODS && random.nextInt(PODS) >= now.size() / 2) {
      String name = "pod-" + pods++;
      created.put(
          name,
          Instant.now()); // noted before the request, because the pod may be made even if no answer
      // comes
      work.create(name, random);
    } else if (!now.isEmpty()) {
      Pod pod = now.get(random.nextInt(now.size()));
      // sometimes by force, so that the containers outlive the pod
      long grace = random.nextInt(6) == 0 ? 0 : 1;
      cluster.client().resource(pod).withGracePeriod(grace).delete();
    }
  }

  /** Notes which pods run, and checks that nothing is allocated twice. */
  private void look() {
    for (Pod pod : cluster.pods()) {
      String name = pod.getMetadata().getName();
      if ("Running".equals(pod.getStatus().getPhase()) && started.add(name)) {
        Duration wait = Duration.between(created.get(name), Instant.now());
        longestStart = wait.compareTo(longestStart) > 0 ? wait : longestStart;
      }
    }
    for (GpuAllocationState gas : cluster.allGas()) {
      assertThat(Overuse.of(gas, STRUCTURED)).as(gas.getMetadata().getName()).isEmpty();
    }
  }

  private long writesRefusedOn(String node) {
    return Shell.kubectl(
            "logs",
            "--namespace=" + RealCluster.DRIVER_NAMESPACE,
            cluster.agentOn(node).getMetadata().getName(),
            "--container=simulator",
            "--tail=-1")
        .lines()
        .filter(line -> line.contains("refused with EIO"))
        .count();
  }

  private void empty() {
    await("the pods are gone")
        .atMost(SETTLING)
        .pollInterval(Duration.ofSeconds(2))
        .ignoreExceptions()
        .until(
            () -> {
              var all = cluster.client().pods().inNamespace(cluster.namespace());
              all.withGracePeriod(1).delete();
              return all.list().getItems().isEmpty();
            });
    await("the claims are gone")
        .atMost(SETTLING)
        .pollInterval(Duration.ofSeconds(2))
        .ignoreExceptions()
        .until(
            () -> {
              cluster.deleteClaims();
              return cluster.claimNames().isEmpty();
            });
    await("the GAS knows none and all GPUs are plain")
        .atMost(SETTLING)
        .pollInterval(Duration.ofSeconds(1))
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              assertThat(cluster.claimUidsInAnyGas()).isEmpty();
              for (String node : RealCluster.NODES) {
                assertThat(Readiness.isPodReady(cluster.agentOn(node))).isTrue();
                assertThat(cluster.gas(node).getSpec().allocatable().keySet())
                    .containsExactlyElementsOf(Topology.SOAK.uids());
              }
            });
  }

  private List<String> selfCheck(String node) {
    JsonNode report =
        await("the self-check of " + node)
            .atMost(SETTLING)
            .pollInterval(Duration.ofSeconds(2))
            .ignoreExceptions()
            .until(() -> checks.report(node), printed -> printed.path("exitCode").asInt(2) != 2);
    System.out.printf("soak: self-check of %s: %s%n", node, report);
    assertThat(report.path("notLookedAt")).as("not looked at on %s", node).isEmpty();
    var found = new ArrayList<String>();
    report.path("disagreements").forEach(entry -> found.add(node + ": " + entry));
    assertThat(report.path("exitCode").asInt()).isEqualTo(found.isEmpty() ? 0 : 1);
    return found;
  }

  /** Checks in the kernel of that node that its GPUs have no VFs. */
  private static void assertPlain(String node) {
    for (String gpu : Topology.SOAK.uids()) {
      String file = VfScenarios.pciFolder(gpu) + "/sriov_numvfs";
      assertThat(Shell.onNode(node, "sh", "-c", "cat " + file + " 2>/dev/null || echo 0").strip())
          .as("VFs of %s on %s", gpu, node)
          .isEqualTo("0");
    }
  }

  private Instant nextKill() {
    return Instant.now().plusSeconds(3 + random.nextInt(2 * SECONDS_BETWEEN_KILLS - 6));
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_ACTIONS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
