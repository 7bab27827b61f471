package com.intel.dra.gpu.controller.nodes;

import static com.intel.dra.gpu.controller.app.ControllerProcess.NAMESPACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.api.AgentLease;
import com.intel.dra.gpu.controller.app.ControllerProcess;
import com.intel.dra.gpu.controller.app.FakeCluster;
import com.intel.dra.gpu.controller.app.FakeInformer;
import com.intel.dra.gpu.controller.app.TestingNode;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * When the controller counts the agents of a cluster with two nodes as silent, and when it does
 * not.
 */
class AgentWatchTest {

  private final FakeCluster cluster = new FakeCluster();
  private final TestingNode node0 = new TestingNode(cluster, "node0", List.of(1000));
  private final TestingNode node1 = new TestingNode(cluster, "node1", List.of(1000));
  private final ControllerProcess controller = new ControllerProcess(cluster, Policy.DEFAULT);
  private int renewals;

  @BeforeEach
  void start() {
    renew(node0);
    renew(node1);
    node0.act();
    node1.act();
    controller.starts().forEach(Runnable::run);
    hear();
    controller.agents.look();
  }

  @Test
  void aNodeWhoseAgentIsSilentIsSetNotReadyAndAnEventSaysIt() {
    pass(35, node1);
    assertThat(status(node0)).isEqualTo("Ready");
    pass(10, node1);

    assertThat(status(node0)).isEqualTo("NotReady");
    assertThat(status(node1)).isEqualTo("Ready");
    controller.threads.runToTheEnd();
    assertThat(cluster.list(Event.class))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getReason()).isEqualTo("NodeAgentSilent");
              assertThat(event.getInvolvedObject().getName()).isEqualTo("node0");
              assertThat(event.getMessage())
                  .contains("agent-of-node0", NAMESPACE + "/intel-gpu-node0", "for 40 s");
            });
  }

  @Test
  void itIsNotGivenUpAgainBeforeItWasBackForAsLong() {
    pass(60, node1);
    assertThat(status(node0)).isEqualTo("NotReady");
    renew(node0);
    node0.act(); // the agent finds the wrong status
    assertThat(status(node0)).isEqualTo("Ready");

    pass(35, node1);
    assertThat(status(node0)).isEqualTo("Ready");
    pass(10, node1);
    assertThat(status(node0)).isEqualTo("NotReady");
  }

  @Test
  void anInformerThatLagsBehindIsNoReason() {
    for (int second = 0; second < 300; second += 5) {
      controller.uptime.add(Duration.ofSeconds(5));
      renew(node0);
      renew(node1);
      controller.agents.look(); // the informer has not received the change yet
    }

    assertThat(status(node0)).isEqualTo("Ready");
    assertThat(status(node1)).isEqualTo("Ready");
  }

  @Test
  void aSilentAgentIsGivenUpThoughTheInformerLagsBehind() {
    renew(node0); // the informer does not receive this renewal
    for (int second = 0; second < 120; second += 5) {
      controller.uptime.add(Duration.ofSeconds(5));
      controller.agents.look();
    }

    assertThat(status(node0)).isEqualTo("NotReady");
  }

  @Test
  void anApiServerThatIsDownForAMinuteIsNoReason() {
    pass(5, node0, node1);
    controller.leases.setReachable(false);
    pass(60);
    controller.leases.setReachable(true);
    pass(35);
    assertThat(status(node0)).isEqualTo("Ready");
    pass(60, node1);

    assertThat(status(node1)).isEqualTo("Ready");
    assertThat(status(node0)).as("it has not come back").isEqualTo("NotReady");
  }

  @Test
  void anAnswerThatComesLateIsNoReason() {
    pass(20);
    controller.leases.whileAsked(() -> controller.uptime.add(Duration.ofSeconds(60)));
    look();
    controller.leases.whileAsked(() -> {});
    pass(35);

    assertThat(status(node0)).isEqualTo("Ready");
  }

  @Test
  void aProcessThatSleptIsNoReason() {
    controller.uptime.add(Duration.ofMinutes(10));
    look();
    pass(35);

    assertThat(status(node0)).isEqualTo("Ready");
  }

  @Test
  void whoeverWroteMeanwhileIsNotOverwritten() {
    pass(39, node1);
    controller.leases.whileAsked(
        () -> {
          node0.become(false);
          node0.act();
          node0.become(true);
          node0.act();
        });
    controller.uptime.add(Duration.ofSeconds(2));
    controller.agents.look();

    assertThat(status(node0)).isEqualTo("Ready");
  }

  @Test
  void agentsThatRenewCostNoRequest() {
    controller.api.requests().clear();
    controller.leases.whileAsked(
        () -> {
          throw new AssertionError("asked");
        });
    for (int second = 0; second < 120; second += 10) {
      pass(10, node0, node1);
    }

    assertThat(controller.api.requests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"node0", "node1"})
  void aGasThatCannotBeWrittenKeepsNoOtherNodeReady(String refused) {
    controller.api.refuse(("patch GpuAllocationState " + refused)::equals);
    for (int second = 0; second < 120; second += 5) {
      controller.uptime.add(Duration.ofSeconds(5));
      var _ = catchThrowable(this::look); // LeaderDuties goes on with the next look
    }

    assertThat(status(refused.equals("node0") ? node1 : node0)).isEqualTo("NotReady");
  }

  @ParameterizedTest
  @ValueSource(strings = {"node0", "node1"})
  void aGasWhoseWritesTakeLongKeepsNoOtherNodeReady(String slow) {
    refuseSlowly(
        request -> request.equals("patch GpuAllocationState " + slow), Duration.ofSeconds(30));
    TestingNode later = slow.equals("node0") ? node1 : node0;
    pass(60, later);
    for (int look = 0; look < 4; look++) {
      controller.uptime.add(AgentWatch.PERIOD);
      look();
    }

    assertThat(status(later)).isEqualTo("NotReady");
  }

  @Test
  void manyGasWhoseWritesTakeLongKeepNoOtherNodeReadyForLong() {
    for (int i = 0; i < 20; i++) {
      var slow = new TestingNode(cluster, "slow" + i, List.of(1000));
      renew(slow);
      slow.act();
    }
    refuseSlowly(
        request -> request.startsWith("patch GpuAllocationState slow"), Duration.ofSeconds(30));
    pass(60, node0, node1);
    Instant since = controller.uptime.instant();
    while (status(node0).equals("Ready")
        && Duration.between(since, controller.uptime.instant()).toMinutes() < 60) {
      controller.uptime.add(AgentWatch.PERIOD);
      renew(node1);
      look();
    }

    assertThat(Duration.between(since, controller.uptime.instant()))
        .isLessThan(Duration.ofMinutes(3));
  }

  @Test
  void aProcessThatSleptDuringAWriteIsNoReason() {
    pass(20, node1);
    refuseSlowly(
        request -> request.equals("patch GpuAllocationState node0"), Duration.ofMinutes(10));
    pass(25, node1);
    look();

    assertThat(status(node1)).isEqualTo("Ready");
  }

  /** Looks every five seconds while these agents renew. */
  private void pass(int seconds, TestingNode... alive) {
    for (int second = 0; second < seconds; second += 5) {
      controller.uptime.add(Duration.ofSeconds(Math.min(5, seconds - second)));
      List.of(alive).forEach(this::renew);
      look();
    }
  }

  private void look() {
    hear();
    controller.agents.look();
  }

  /** The client gives such a write up after that time. */
  private void refuseSlowly(Predicate<String> which, Duration time) {
    controller.api.refuse(
        request -> {
          boolean isRefused = which.test(request);
          if (isRefused) {
            controller.uptime.add(time);
          }
          return isRefused;
        });
  }

  private void hear() {
    controller.informers().forEach(FakeInformer::hearAll);
  }

  /** Writes the time of the agent's clock, which is years behind. */
  private void renew(TestingNode node) {
    ZonedDateTime time =
        ZonedDateTime.of(2001, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC).plusSeconds(renewals++);
    Lease lease =
        new LeaseBuilder()
            .withNewMetadata()
            .withNamespace(NAMESPACE)
            .withName(AgentLease.nameOf(node.name()))
            .endMetadata()
            .withNewSpec()
            .withHolderIdentity("agent-of-" + node.name())
            .withLeaseDurationSeconds(40)
            .withRenewTime(time)
            .endSpec()
            .build();
    if (cluster.create(lease) instanceof ApiServer.Outcome.Conflict) {
      cluster.edit(
          lease, known -> new LeaseBuilder(known).editSpec().withRenewTime(time).endSpec().build());
    }
  }

  private static String status(TestingNode node) {
    return node.gas().orElseThrow().getStatus();
  }
}
