package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Faults between a kubelet and the node agent, from which both recover by themselves. */
abstract class KubeletFaults {

  private static final String NODE = "node1";
  private static final String KUBELET = Daemons.kubelet(NODE);

  /**
   * Once a minute the kubelet unprepares claims of pods that it found deleted. This may take longer
   * than a call waits; the kubelet calls again 60 to 90 s later.
   */
  private static final Duration TWO_CALLS = Duration.ofMinutes(5);

  @RegisterExtension final RealCluster cluster;

  private final GpuPods pods;
  private final NodeChecks checks;
  private final List<Pod> cannotWrite = new ArrayList<>();
  private Optional<Pod> paused = Optional.empty();

  private final Daemons daemons = new Daemons();

  KubeletFaults(GpuPods pods) {
    this.cluster = pods.cluster();
    this.pods = pods;
    this.checks = new NodeChecks(cluster);
  }

  @BeforeEach
  void prepare() {
    pods.prepare();
  }

  @AfterEach
  void mend() {
    paused.ifPresent(agent -> Processes.signal(agent, Driver.JAR, "CONT"));
    cannotWrite.forEach(agent -> Processes.letAgentWriteFiles(agent, true));
    daemons.startAll();
  }

  /**
   * Shortens the time after which the agent forgets claims, where this is needed: a kubelet of
   * classic DRA never unprepares the claim of a pod that was deleted by force while the kubelet was
   * down, so the agent has to do it.
   */
  void letAgentForgetClaimsSoon() {}

  @Test
  void whatHappensToPodsWhileTheKubeletIsDownIsMadeUpForWhenItIsBack() {
    letAgentForgetClaimsSoon();
    pods.podWithWholeFlex("forced", NODE);
    pods.podWithPart("goes-on", NODE);
    cluster.awaitRunning("forced", "goes-on");
    String forced = pods.claimUid(cluster.getPod("forced"));

    daemons.kill(KUBELET);
    deleteByForce("forced");
    pods.podWithPart("created", NODE);
    pods.podWithPart("short-lived", NODE);
    cluster.eventually(
        "both are bound to the node",
        () -> {
          assertThat(cluster.getPod("created").getSpec().getNodeName()).isEqualTo(NODE);
          assertThat(cluster.getPod("short-lived").getSpec().getNodeName()).isEqualTo(NODE);
        });
    String shortLived = pods.claimUid(cluster.getPod("short-lived"));
    deleteByForce("short-lived");
    assertThat(cluster.gas(NODE).getSpec().prepared())
        .as("its containers run on, so its GPU is still taken")
        .containsKey(forced);
    daemons.start(KUBELET);

    cluster.eventually(
        "created runs", TWO_CALLS, () -> assertThat(cluster.phase("created")).isEqualTo("Running"));
    cluster.eventually(
        "what was deleted by force is unprepared",
        () ->
            assertThat(cluster.gas(NODE).getSpec().prepared().keySet())
                .containsExactlyInAnyOrder(
                    pods.claimUid(cluster.getPod("goes-on")),
                    pods.claimUid(cluster.getPod("created"))));
    assertThat(agentLog()).as("never prepared").noneMatch(line -> line.contains(shortLived));
    checks.assertUntouched("goes-on");
    checks.assertNoDisagreement();
  }

  @Test
  void aClaimThatCannotBePreparedOrUnpreparedIsWhenItCanAlsoAcrossARestartOfTheKubelet() {
    letAgentWriteFiles(false);
    pods.podWithPart("p", NODE);
    Pod pod = cluster.getPod("p");
    awaitFailedPrepare(pod, "could not be recorded on the node's disk");
    long before = failures(pod);
    Daemons.restartAtOnce(KUBELET);
    cluster.eventually(
        "the new kubelet has tried too", () -> assertThat(failures(pod)).isGreaterThan(before));
    assertThat(cluster.phase("p")).isEqualTo("Pending");

    letAgentWriteFiles(true);
    Daemons.restartAtOnce(KUBELET); // otherwise it would wait for more than a minute
    cluster.awaitRunning("p");
    String claim = pods.claimUid(pod);
    assertThat(cluster.gas(NODE).getSpec().prepared()).containsOnlyKeys(claim);

    letAgentWriteFiles(false);
    cluster.deletePod("p");
    awaitFailedUnprepare(claim, 1);
    int tries = failedUnprepares(claim);
    Daemons.restartAtOnce(KUBELET);
    awaitFailedUnprepare(claim, tries + 1);
    assertThat(cluster.gas(NODE).getSpec().prepared()).containsOnlyKeys(claim);

    letAgentWriteFiles(true);
    cluster.eventually("it is unprepared", () -> assertThat(cluster.claimUidsInAnyGas()).isEmpty());
    cluster.eventually("the pod is gone", () -> assertThat(cluster.pods()).isEmpty());
    checks.assertNoDisagreement();
  }

  @Test
  @Tag("faults")
  void whenPreparingTimesOutThePodStaysPendingAndWhenRegisteringFailsTheKubeletTriesAgain() {
    pods.podWithPart("before", NODE);
    cluster.awaitRunning("before");
    Pod agent = cluster.agentOn(NODE);
    pause(agent);
    pods.podWithPart("p", NODE);
    Pod pod = cluster.getPod("p");

    awaitFailedPrepare(pod, "DeadlineExceeded");
    assertThat(cluster.phase("p")).isEqualTo("Pending");
    int seen = Daemons.log(KUBELET).length();
    Daemons.restartAtOnce(KUBELET);
    cluster.eventually(
        "the registration fails",
        () ->
            assertThat(Daemons.log(KUBELET).substring(seen))
                .containsPattern("(?i)(RegisterPlugin error|failed to (dial|get plugin info))"));
    assertThat(cluster.phase("p")).isEqualTo("Pending");
    long before = registrations();
    goOn();

    cluster.eventually(
        "the kubelet tries again, and registers it",
        () -> assertThat(registrations()).isGreaterThan(before));
    Daemons.restartAtOnce(
        KUBELET); // otherwise it would wait for more than a minute before it tries the pod again
    cluster.awaitRunning("p");
    checks.assertUntouched("before");
    checks.assertNoDisagreement();
  }

  private void deleteByForce(String pod) {
    cluster
        .client()
        .pods()
        .inNamespace(cluster.namespace())
        .withName(pod)
        .withGracePeriod(0)
        .delete();
  }

  private void letAgentWriteFiles(boolean may) {
    Pod agent = cluster.agentOn(NODE);
    Processes.letAgentWriteFiles(agent, may);
    cannotWrite.clear();
    if (!may) {
      cannotWrite.add(agent);
    }
  }

  private void pause(Pod agent) {
    paused = Optional.of(agent);
    Processes.signal(agent, Driver.JAR, "STOP");
  }

  private void goOn() {
    paused.ifPresent(agent -> Processes.signal(agent, Driver.JAR, "CONT"));
    paused = Optional.empty();
  }

  private void awaitFailedPrepare(Pod pod, String message) {
    cluster.eventually(
        "the pod is told",
        () ->
            assertThat(checks.failedPrepares(pod))
                .anySatisfy(event -> assertThat(event.getMessage()).contains(message)));
  }

  private long failures(Pod pod) {
    return checks.failedPrepares(pod).stream().mapToInt(Event::getCount).sum();
  }

  private void awaitFailedUnprepare(String claim, int times) {
    cluster.eventually(
        "%d tries to unprepare have failed".formatted(times),
        () -> assertThat(failedUnprepares(claim)).isGreaterThanOrEqualTo(times));
  }

  private int failedUnprepares(String claim) {
    return (int)
        agentLog().stream()
            .filter(line -> line.contains("unprepare") && line.contains(claim))
            .count();
  }

  private long registrations() {
    return agentLog().stream().filter(line -> line.contains("The kubelet registered")).count();
  }

  private List<String> agentLog() {
    return cluster
        .client()
        .pods()
        .resource(cluster.agentOn(NODE))
        .inContainer(RealCluster.AGENT)
        .sinceTime(cluster.begin().toString())
        .getLog()
        .lines()
        .toList();
  }
}
