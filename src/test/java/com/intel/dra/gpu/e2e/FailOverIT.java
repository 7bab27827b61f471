package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.leader.ElectionTimes;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One of the two controllers leads. However it ends, the other takes over, and no claim is lost or
 * allocated twice.
 */
class FailOverIT {

  private static final int PODS = 12;

  @RegisterExtension final RealCluster cluster = new RealCluster();

  private Optional<Pod> stopped = Optional.empty();

  @AfterEach
  void bothControllersRun() {
    stopped.ifPresent(pod -> Processes.signal(pod, Driver.JAR, "CONT"));
    awaitTwoReadyControllers();
  }

  @Test
  void oneOfTwoReadyControllersLeads() {
    awaitTwoReadyControllers();
    Pod leader = leader();
    for (Pod pod : cluster.podsOf(RealCluster.CONTROLLER)) {
      assertThat(metrics(pod)).contains("gpu_dra_leader " + (isSame(pod, leader) ? "1.0" : "0.0"));
    }
  }

  @Test
  void aLeaderThatEndsGivesTheLeadToTheOtherAtOnce() {
    awaitTwoReadyControllers();
    Pod leader = leader();

    var holders = new CopyOnWriteArrayList<String>();
    try (Watch _ = watchHolders(holders)) {
      cluster.client().resource(leader).withGracePeriod(30).delete();
      cluster.eventually("another one leads", () -> assertThat(isSame(leader(), leader)).isFalse());
      cluster.eventually("the watch has told it", () -> assertThat(holders).endsWith(holder()));
    }
    assertThat(holders).as("nobody had to wait for it to run out").contains("");
    prepareClaims();
    runsPod("after");
  }

  @Test
  void aKilledLeaderIsReplacedUnderPodChurnAndNothingIsLostOrDoubled() {
    awaitTwoReadyControllers();
    prepareClaims();
    String holder = holder();

    createPods("churn");
    // in the middle of the work: some claims are allocated, others are not
    cluster.eventually("the first are allocated", () -> assertThat(allocated()).isGreaterThan(1));
    Processes.signal(leader(), Driver.JAR, "KILL");
    cluster.deletePod("churn0");
    cluster.deletePod("churn1");

    cluster.eventually("another process leads", () -> assertThat(holder()).isNotEqualTo(holder));
    awaitAllRun("churn", 2);
    nothingIsDouble();
  }

  @Test
  void aPausedLeaderIsDeposedAndEndsWhenItWakes() {
    awaitTwoReadyControllers();
    prepareClaims();
    Pod leader = leader();
    String holder = holder();
    int restarts = Driver.restarts(leader);

    createPods("churn");
    cluster.eventually("the first are allocated", () -> assertThat(allocated()).isGreaterThan(0));
    stopped = Optional.of(leader);
    Processes.signal(leader, Driver.JAR, "STOP");
    cluster.deletePod("churn0");
    cluster.eventually("another process leads", () -> assertThat(holder()).isNotEqualTo(holder));
    String successor = holder();
    awaitAllRun("churn", 1);

    stopped = Optional.empty();
    Processes.signal(leader, Driver.JAR, "CONT");

    cluster.eventually(
        "it has ended and is a standby",
        () ->
            assertThat(cluster.client().resource(leader).get())
                .satisfies(pod -> assertThat(Driver.restarts(pod)).isGreaterThan(restarts))
                .matches(Readiness::isPodReady));
    assertThat(holder()).isEqualTo(successor);
    nothingIsDouble();
    runsPod("after");
    nothingIsDouble();
  }

  /**
   * If a process reads the incomplete Lease, its election ends with an exception, and the process
   * ends.
   */
  @Test
  void aLeaseThatLosesItsTimesIsMadeWholeAndAnotherProcessLeads() {
    awaitTwoReadyControllers();
    prepareClaims();
    String holder = holder();

    lease()
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"spec\": {\"leaseDurationSeconds\": null, \"acquireTime\": null, \"renewTime\":"
                + " null}}");

    cluster.eventually("another process leads", () -> assertThat(holder()).isNotEqualTo(holder));
    awaitTwoReadyControllers();
    assertThat(lease().require().getSpec().getRenewTime()).isNotNull();
    runsPod("after");
    nothingIsDouble();
  }

  private void prepareClaims() {
    cluster.parameters("p", "{count: 1, memory: 1000}");
    cluster.template("p", "p");
  }

  private void createPods(String name) {
    IntStream.range(0, PODS)
        .forEach(i -> cluster.pod(name + i, "", Map.of("gpu", RealCluster.ofTemplate("p"))));
  }

  private void awaitAllRun(String name, int from) {
    IntStream.range(from, PODS).forEach(i -> cluster.awaitRunning(name + i));
  }

  private void runsPod(String name) {
    cluster.pod(name, "", Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning(name);
  }

  private long allocated() {
    return cluster.claims().stream().filter(c -> Claims.allocation(c).isPresent()).count();
  }

  /**
   * Checks that each GAS agrees with the claims, and that no GPU is allocated beyond its memory.
   */
  private void nothingIsDouble() {
    cluster.eventually(
        "records and claims agree",
        () -> {
          Map<String, ResourceClaim> claims = new HashMap<>();
          cluster.claims().stream()
              .filter(claim -> Claims.allocation(claim).isPresent())
              .forEach(claim -> claims.put(Claims.uid(claim), claim));
          var recorded = new HashMap<String, String>();
          for (GpuAllocationState gas : cluster.allGas()) {
            String node = gas.getMetadata().getName();
            var usedMiB = new HashMap<String, Integer>();
            gas.getSpec()
                .resourceClaimAllocations()
                .forEach(
                    (uid, allocation) -> {
                      assertThat(recorded.put(uid, node)).as("%s on two nodes", uid).isNull();
                      var claim = Optional.ofNullable(claims.get(uid));
                      assertThat(claim).as("the claim of record %s", uid).isPresent();
                      var result = claim.flatMap(Claims::allocation).orElseThrow();
                      assertThat(AllocationResults.node(result)).contains(node);
                      assertThat(allocation.gpus()).isEqualTo(AllocationResults.devices(result));
                      allocation
                          .gpus()
                          .forEach(gpu -> usedMiB.merge(gpu.uid(), gpu.memory(), Integer::sum));
                    });
            usedMiB.forEach(
                (gpu, used) ->
                    assertThat(Optional.ofNullable(gas.getSpec().allocatable().get(gpu)))
                        .as("memory of %s on %s, of which %d MiB are given away", gpu, node, used)
                        .hasValueSatisfying(
                            device -> assertThat(device.memory()).isGreaterThanOrEqualTo(used)));
          }
          assertThat(recorded.keySet()).isEqualTo(claims.keySet());
        });
  }

  private void awaitTwoReadyControllers() {
    cluster.eventually(
        "two controllers are ready",
        () ->
            assertThat(cluster.podsOf(RealCluster.CONTROLLER))
                .hasSize(2)
                .allMatch(Readiness::isPodReady));
    cluster.eventually("one of them leads", this::leader);
  }

  private Resource<Lease> lease() {
    return cluster
        .client()
        .leases()
        .inNamespace(RealCluster.DRIVER_NAMESPACE)
        .withName(ElectionTimes.LEASE);
  }

  /** Returns pod and process. */
  private String holder() {
    return holder(lease().require());
  }

  private static String holder(Lease lease) {
    return Optional.ofNullable(lease.getSpec().getHolderIdentity()).orElse("");
  }

  private Watch watchHolders(List<String> holders) {
    return lease()
        .watch(
            new Watcher<Lease>() {
              @Override
              public void eventReceived(Action action, Lease lease) {
                holders.add(holder(lease));
              }

              @Override
              public void onClose(WatcherException cause) {
                holders.add("the watch broke: " + cause);
              }
            });
  }

  private Pod leader() {
    String holder = holder();
    return cluster.podsOf(RealCluster.CONTROLLER).stream()
        .filter(pod -> holder.startsWith(pod.getMetadata().getName() + "_"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("nobody leads: " + holder));
  }

  private static boolean isSame(Pod one, Pod other) {
    return one.getMetadata().getUid().equals(other.getMetadata().getUid());
  }

  private static String metrics(Pod pod) {
    return Shell.run(
        "e2e/cluster/enter.sh",
        "control",
        "curl",
        "-s",
        "http://" + pod.getStatus().getPodIP() + ":9000/q/metrics");
  }
}
