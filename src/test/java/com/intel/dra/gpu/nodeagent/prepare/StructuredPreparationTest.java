package com.intel.dra.gpu.nodeagent.prepare;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.BOOT;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gpu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.app.NoApiServer;
import com.intel.dra.gpu.nodeagent.claimstatus.ClaimStatusWriter;
import com.intel.dra.gpu.nodeagent.claimstatus.ClaimStatuses;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.devices.DeviceLock;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.life.TheOnlyAgent;
import com.intel.dra.gpu.nodeagent.metadata.ContainerMetadata;
import com.intel.dra.gpu.nodeagent.policy.GpuPolicies;
import com.intel.dra.gpu.nodeagent.publish.PendingAllocations;
import com.intel.dra.gpu.nodeagent.publish.SliceOffer;
import com.intel.dra.gpu.nodeagent.publish.VfChanges;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.PublishedVfs;
import com.intel.dra.gpu.nodeagent.state.StateTooLargeException;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.gpu.nodeagent.takeover.TakeOver;
import com.intel.dra.gpu.nodeagent.takeover.TestingListedClaims;
import com.intel.dra.gpu.nodeagent.tell.TestingNodeEvents;
import com.intel.dra.gpu.nodeagent.vfs.VfBackoff;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.kit.kubelet.api.ClaimPreparer;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.PreparedDevice;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.metadata.MetadataFiles;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResultBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StructuredPreparationTest {

  @TempDir Path root;

  private final NodeDevices node = new NodeDevices();

  /** A thread that waits is signalled, or looks again far too late for the test. */
  private final DeviceLock lock = new DeviceLock(Duration.ofMinutes(10));

  private final VfHosts hosts = new VfHosts(lock);

  private final GpuPolicies policies = new GpuPolicies(TestingConfig.below(Path.of("/")));
  private final PendingAllocations pending = new PendingAllocations(InstantSource.system());
  private final TestingStructuredClaims claims = new TestingStructuredClaims();
  private PreparedClaims prepared;
  private ClaimPreparer preparation;

  @BeforeEach
  void nodeWithTwoGpus() throws IOException {
    node.replace(List.of(gpu(3), gpu(4)));
    prepared = PreparedClaims.open(root.resolve("state"), BOOT);
    prepared.completeFrom(Map.of());
    preparation = preparation(TestingConfig.below(root));
  }

  private ClaimPreparer preparation(TestingConfig config) throws IOException {
    var records = VfHostRecords.open(root.resolve("state"), BOOT);
    var gas = new TestingGasInformer(config);
    var failures = new VfBackoff(config, InstantSource.system());
    var offer =
        new SliceOffer(
            node,
            hosts,
            records,
            failures,
            prepared,
            policies,
            new VfChanges(PublishedVfs.open(root.resolve("state")), Clock.systemUTC()),
            pending,
            new TakeOver(
                config,
                DraMode.STRUCTURED,
                new TestingListedClaims(),
                node,
                prepared,
                new TheOnlyAgent(),
                new TestingNodeEvents(config),
                lock,
                gas,
                InstantSource.system()),
            config);
    return new FreshDeadlinePreparer(
        new StructuredPreparation(
            new DevicePreparation(
                new ClaimRecorder(node, prepared, lock, hosts, records, config), lock, gas),
            prepared,
            pending,
            claims,
            offer,
            node,
            gas,
            config,
            new ClaimStatuses(
                new ClaimStatusWriter(NoApiServer.CLIENT, node, config, Clock.systemUTC()),
                false,
                InstantSource.system()),
            new ContainerMetadata(
                new MetadataFiles("gpu.intel.com", root.resolve("plugin"), config.cdiRoot()),
                prepared,
                offer,
                node,
                config)),
        config);
  }

  @Test
  void parametersThatNobodyKnowsAreRefusedByName() {
    claims.give("a", result("gpu/first", gpu(3)));
    claims.configure("a", "gpu.intel.com", "gpu");
    claims.give("b", result("gpu", gpu(4)));
    claims.configureByClass("b", "gpu.intel.com");

    assertThat(preparation.prepare(claim("a"), Optional.empty()))
        .isInstanceOfSatisfying(
            PrepareResult.Failed.class,
            failed ->
                assertThat(failed.message())
                    .contains(
                        "spec.devices.config", "gpu.intel.com", "request gpu", "without them"));
    assertThat(preparation.prepare(claim("b"), Optional.empty()))
        .isInstanceOfSatisfying(
            PrepareResult.Failed.class,
            failed -> assertThat(failed.message()).contains("DeviceClass of all requests"));
    assertThat(prepared.all()).isEmpty();
  }

  @Test
  void aClaimThatTheRecordHasNoRoomForIsRefusedWithTheReason() throws IOException {
    claims.give("a", result("gpu", gpu(3)));
    for (int devices : List.of(5000, 500, 50, 5, 1)) {
      while (hasRoomFor(devices)) {}
    }

    assertThat(preparation.prepare(claim("a"), Optional.empty()))
        .isInstanceOfSatisfying(
            PrepareResult.Failed.class,
            failed ->
                assertThat(failed.message())
                    .contains("could not be recorded", "at most", "fewer devices"));
    assertThat(prepared.find("a")).isEmpty();
  }

  /** Whether one more claim with that many devices could be recorded, which it then is. */
  private boolean hasRoomFor(int devices) throws IOException {
    try {
      prepared.put(
          "filler-" + prepared.all().size(),
          new PreparedClaim("default", "filler", Collections.nCopies(devices, allocated(9))));
      return true;
    } catch (StateTooLargeException e) {
      return false;
    }
  }

  @Test
  void parametersForOthersAreTheirs() {
    claims.give("a", result("gpu", gpu(3)));
    claims.configure("a", "nic.example.com");
    claims.configure("a", "gpu.intel.com", "nic");

    assertThat(preparation.prepare(claim("a"), Optional.empty()))
        .isInstanceOf(PrepareResult.Prepared.class);
  }

  @Test
  void theAnswerNamesRequestPoolDeviceAndShare() {
    claims.give("a", share(result("gpu/first", gpu(3)), "share-1", "2500Mi"));

    assertThat(preparation.prepare(claim("a"), Optional.empty()))
        .isEqualTo(
            new PrepareResult.Prepared(
                List.of(
                    new PreparedDevice(
                        List.of("gpu"),
                        "node1",
                        "0000-03-00-0-0x56c0",
                        List.of(
                            "intel.com/gpu=0000:03:00.0-0x56c0", "gpu.intel.com/metadata=a_gpu"),
                        Optional.of("share-1")))));
    assertThat(held("a")).singleElement().extracting(AllocatedDevice::memory).isEqualTo(2500);
  }

  @Test
  void aClaimThatWasPreparedIsAnsweredWhileTheApiServerIsAway() {
    claims.give("a", result("gpu", gpu(3)));
    PrepareResult first = preparation.prepare(claim("a"), Optional.empty());
    claims.whenRead =
        () -> {
          throw new KubernetesClientException("no route");
        };

    assertThat(preparation.prepare(claim("a"), Optional.empty())).isEqualTo(first);
    assertThat(failure("b")).contains("could not be read", "no route");
  }

  @Test
  void aClaimThatWasGivenAnotherDeviceGetsItAndKeepsTheFormerUntilItIsUnprepared() {
    claims.give("a", result("gpu", gpu(3)));
    preparation.prepare(claim("a"), Optional.empty());
    claims.give("a", result("gpu", gpu(4)));

    PrepareResult second = preparation.prepare(claim("a"), Optional.empty());

    assertThat(((PrepareResult.Prepared) second).cdiDevices())
        .containsExactly("intel.com/gpu=" + gpu(4).uid(), "gpu.intel.com/metadata=a_gpu");
    assertThat(held("a"))
        .extracting(AllocatedDevice::uid)
        .containsExactlyInAnyOrder(gpu(3).uid().toString(), gpu(4).uid().toString());
  }

  @Test
  void afterAWaitTheClaimIsReadAgainWithNoLockHeld() throws Exception {
    claims.give("a", result("gpu", gpu(3)));
    hosts.set(gpu(3).uid(), Optional.of(new VfHostState.Removing(Optional.empty())));
    ClaimPreparer patient =
        preparation(TestingConfig.below(root).withPrepareWait(Duration.ofSeconds(30)));
    var lockWasFree = new CompletableFuture<Boolean>();
    var call = new FutureTask<>(() -> patient.prepare(claim("a"), Optional.empty()));
    Thread thread = Thread.ofPlatform().start(call);
    await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    claims.whenRead =
        () ->
            lockWasFree.complete(
                CompletableFuture.supplyAsync(() -> lock.locked(() -> true))
                    .completeOnTimeout(false, 5, TimeUnit.SECONDS)
                    .join());

    hosts.set(gpu(3).uid(), Optional.empty());

    assertThat(call.get(30, TimeUnit.SECONDS)).isInstanceOf(PrepareResult.Prepared.class);
    assertThat(lockWasFree).isCompletedWithValue(true);
  }

  @Test
  void aVfThatIsToBeMadeStandsAsAllocatedUntilNobodyWantsIt() {
    Gpu host = gpu(3);
    node.replace(
        List.of(new Gpu(host.uid(), host.address(), host.memoryMiB(), 16, host.drmNodes())));
    claims.give("a", result("vf", host.uid().vf(0)));

    assertThat(failure("a")).contains("not there yet");
    assertThat(pending.all()).containsOnlyKeys("a");
    assertThat(pending.all().values())
        .flatExtracting(allocation -> allocation.gpus())
        .singleElement()
        .satisfies(vf -> assertThat(vf.profile()).isNotEmpty());

    preparation.unprepare(claim("a"));
    assertThat(pending.all()).isEmpty();
  }

  @Test
  void whatAnotherClaimsContainersMayBeUsingIsRefusedAndBothAreNamed() {
    claims.give("a", result("gpu", gpu(3)));
    preparation.prepare(claim("a"), Optional.empty());
    claims.give("b", result("gpu", gpu(3)));

    assertThat(failure("b")).contains(claim("a").name(), gpu(3).uid().toString());

    preparation.unprepare(claim("a"));
    assertThat(preparation.prepare(claim("b"), Optional.empty()))
        .isInstanceOf(PrepareResult.Prepared.class);
  }

  /** Its pod was deleted by force; the kubelet would come back a minute after its containers. */
  @Test
  void aDeviceOfAClaimThatIsStillEndingIsWaitedForAndGivenAsSoonAsItIsFree() throws Exception {
    claims.give("a", result("gpu", gpu(3)));
    preparation.prepare(claim("a"), Optional.empty());
    claims.give("b", result("gpu", gpu(3)));
    FutureTask<PrepareResult> call = waitingCall("b");

    preparation.unprepare(claim("a"));

    assertThat(call.get(30, TimeUnit.SECONDS)).isInstanceOf(PrepareResult.Prepared.class);
    assertThat(prepared.all()).containsOnlyKeys("b");
  }

  @Test
  void aShareThatDoesNotFitYetIsWaitedForToo() throws Exception {
    claims.give("a", share(result("gpu", gpu(3)), "share-1", "15Gi"));
    claims.give("b", share(result("gpu", gpu(3)), "share-2", "2Gi"));
    preparation.prepare(claim("a"), Optional.empty());
    FutureTask<PrepareResult> call = waitingCall("b");

    preparation.unprepare(claim("a"));

    assertThat(call.get(30, TimeUnit.SECONDS)).isInstanceOf(PrepareResult.Prepared.class);
  }

  /** Both wait for one device, and only one can have it. */
  @Test
  void whoeverOfTwoComesSecondGoesOnWaitingUntilItsTimeIsOver() throws Exception {
    claims.give("a", result("gpu", gpu(3)));
    preparation.prepare(claim("a"), Optional.empty());
    claims.give("b", result("gpu", gpu(3)));
    claims.give("c", result("gpu", gpu(3)));
    FutureTask<PrepareResult> callOfB = waitingCall("b");
    FutureTask<PrepareResult> callOfC = waitingCall("c");

    preparation.unprepare(claim("a"));
    await().until(() -> prepared.all().size() == 1 && prepared.find("a").isEmpty());
    String first = prepared.all().keySet().iterator().next();
    boolean isOfB = first.equals("b");
    FutureTask<PrepareResult> firstCall = isOfB ? callOfB : callOfC;
    FutureTask<PrepareResult> secondCall = isOfB ? callOfC : callOfB;
    assertThat(firstCall.get(30, TimeUnit.SECONDS)).isInstanceOf(PrepareResult.Prepared.class);
    assertThat(secondCall.isDone()).isFalse();
    preparation.unprepare(claim(first));

    assertThat(secondCall.get(30, TimeUnit.SECONDS)).isInstanceOf(PrepareResult.Prepared.class);
    assertThat(prepared.all()).containsOnlyKeys(isOfB ? "c" : "b");
  }

  @Test
  void aClaimThatWasGivenOtherDevicesDuringTheWaitGetsTheseInTheSameCall() throws Exception {
    claims.give("a", result("gpu", gpu(3)));
    preparation.prepare(claim("a"), Optional.empty());
    claims.give("b", result("gpu", gpu(3)));
    FutureTask<PrepareResult> call = waitingCall("b");
    claims.give("b", result("gpu", gpu(4)));

    preparation.unprepare(claim("a"));

    assertThat(call.get(30, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            PrepareResult.Prepared.class,
            done ->
                assertThat(done.cdiDevices())
                    .containsExactly(
                        "intel.com/gpu=" + gpu(4).uid(), "gpu.intel.com/metadata=b_gpu"));
    assertThat(held("b")).extracting(AllocatedDevice::uid).containsExactly("" + gpu(4).uid());
  }

  @Test
  void anApiServerThatIsAwayForAMomentIsAskedAgainInTheSameCall() throws Exception {
    claims.give("a", result("gpu", gpu(3)));
    var isAway = new AtomicBoolean(true);
    claims.whenRead =
        () -> {
          if (isAway.get()) {
            throw new KubernetesClientException("no route");
          }
        };
    FutureTask<PrepareResult> call = waitingCall("a");

    isAway.set(false);
    lock.signalChange();

    assertThat(call.get(30, TimeUnit.SECONDS)).isInstanceOf(PrepareResult.Prepared.class);
  }

  /** A call with much more time than the test has, which has begun to wait. */
  private FutureTask<PrepareResult> waitingCall(String uid) throws IOException {
    ClaimPreparer patient =
        preparation(TestingConfig.below(root).withPrepareWait(Duration.ofMinutes(10)));
    var call = new FutureTask<>(() -> patient.prepare(claim(uid), Optional.empty()));
    Thread thread = Thread.ofPlatform().daemon().start(call);
    await().until(() -> call.isDone() || thread.getState() == Thread.State.TIMED_WAITING);
    return call;
  }

  @Test
  void sharesOfOneGpuGoTogether() {
    claims.give("a", share(result("gpu", gpu(3)), "share-1", "1Gi"));
    claims.give("b", share(result("gpu", gpu(3)), "share-2", "1Gi"));

    assertThat(preparation.prepare(claim("a"), Optional.empty()))
        .isInstanceOf(PrepareResult.Prepared.class);
    assertThat(preparation.prepare(claim("b"), Optional.empty()))
        .isInstanceOf(PrepareResult.Prepared.class);
  }

  /** The record was lost, and the GAS does not say whether it was a share. */
  @Test
  void aGpuThatARebuiltClaimHasWholeIsNotSharedWithOthers() throws IOException {
    prepared.put(
        "a",
        new PreparedClaim(
            "team",
            "whole",
            List.of(
                new AllocatedDevice(gpu(3).memoryMiB(), "", "", "gpu", gpu(3).uid().toString()))));
    claims.give("b", share(result("gpu", gpu(3)), "share-1", "1Gi"));

    assertThat(failure("b")).contains("team/whole");
  }

  @Test
  void aShareOfARebuiltClaimIsCounted() throws IOException {
    prepared.put(
        "a",
        new PreparedClaim(
            "team",
            "part",
            List.of(
                new AllocatedDevice(
                    gpu(3).memoryMiB() / 2, "", "", "gpu", gpu(3).uid().toString()))));
    claims.give("b", share(result("gpu", gpu(3)), "share-1", "1Gi"));
    claims.give("c", share(result("gpu", gpu(3)), "share-2", "10Gi"));

    assertThat(preparation.prepare(claim("b"), Optional.empty()))
        .isInstanceOf(PrepareResult.Prepared.class);
    assertThat(failure("c")).contains("team/part");
  }

  /** The scheduler gives away the share of a pod that was deleted by force. */
  @Test
  void sharesThatAreMoreThanTheGpuHasAreRefusedAndAllAreNamed() {
    claims.give("a", share(result("gpu", gpu(3)), "share-1", "15Gi"));
    claims.give("b", share(result("gpu", gpu(3)), "share-2", "1Gi"));
    claims.give("c", share(result("gpu", gpu(3)), "share-3", "1Mi"));
    preparation.prepare(claim("a"), Optional.empty());
    preparation.prepare(claim("b"), Optional.empty());

    assertThat(failure("c"))
        .contains(
            "1 MiB of device " + gpu(3).uid(),
            "other claims use 16384 MiB of its 16384 MiB",
            claim("a").name(),
            claim("b").name());
    assertThat(preparation.prepare(claim("a"), Optional.empty()))
        .as("what is prepared already is no more when it is asked for again")
        .isInstanceOf(PrepareResult.Prepared.class);

    preparation.unprepare(claim("b"));
    assertThat(preparation.prepare(claim("c"), Optional.empty()))
        .isInstanceOf(PrepareResult.Prepared.class);
  }

  @Test
  void moreSharesThanAGpuCanHaveAreRefused() throws IOException {
    var shares =
        Collections.nCopies(
            Gpu.MAX_SHARES, new AllocatedDevice(1, "", "", "gpu", gpu(3).uid().toString()));
    prepared.put("many", new PreparedClaim("default", "many", shares, List.of()));
    claims.give("a", share(result("gpu", gpu(3)), "share-1", "1Mi"));

    assertThat(failure("a")).contains("other claims use 256", "256 shares at most");

    prepared.put(
        "many", new PreparedClaim("default", "many", shares.subList(1, shares.size()), List.of()));
    assertThat(preparation.prepare(claim("a"), Optional.empty()))
        .isInstanceOf(PrepareResult.Prepared.class);
    assertThat(preparation.prepare(claim("a"), Optional.empty()))
        .as("it has the last one itself")
        .isInstanceOf(PrepareResult.Prepared.class);
  }

  @Test
  void whoLooksOnHoldsNothing() {
    claims.give("a", result("gpu", gpu(3)));
    preparation.prepare(claim("a"), Optional.empty());
    DeviceRequestAllocationResult monitor = result("gpu", gpu(3));
    monitor.setDevice(DeviceName.monitorOf(gpu(3).uid()).toString());
    claims.give("b", monitor);
    assertThat(failure("b")).contains("administrative access");

    monitor.setAdminAccess(true);
    claims.give("b", monitor);

    assertThat(preparation.prepare(claim("b"), Optional.empty()))
        .isInstanceOf(PrepareResult.Prepared.class);
    assertThat(held("b")).isEmpty();
  }

  @Test
  void whatIsNotRightWithAClaimIsSaid() {
    assertThat(failure("a")).contains("no such claim");

    claims.give("another", result("gpu", gpu(3)));
    claims.byName.put(claim("a").name(), claims.byName.get(claim("another").name()));
    assertThat(failure("a")).contains("a newer claim (UID ");

    claims.give("b", result("gpu", gpu(9)));
    assertThat(failure("b")).contains("0000-09-00-0-0x56c0", "node1");

    DeviceRequestAllocationResult elsewhere = result("gpu", gpu(3));
    elsewhere.setDriver("gpu.example.com");
    claims.give("c", elsewhere);
    assertThat(failure("c")).contains("no device of driver gpu.intel.com");

    claims.byName.put(
        claim("d").name(),
        new ResourceClaimBuilder()
            .withNewMetadata()
            .withName(claim("d").name())
            .withUid("d")
            .endMetadata()
            .build());
    assertThat(failure("d")).contains("not allocated");
  }

  @Test
  void unpreparingAClaimThatWasNeverPreparedIsASuccessAndNeedsNoApiServer() {
    claims.whenRead =
        () -> {
          throw new KubernetesClientException("no route");
        };

    assertThat(preparation.unprepare(claim("never-seen")))
        .isEqualTo(new UnprepareResult.Unprepared());
    assertThat(prepared.all()).isEmpty();
  }

  /** The kubelet's call was on its way while the claim was let go. */
  @Test
  void aLatePrepareAfterAnUnprepareIsRefusedOnceTheClaimIsNotAllocatedAnyMore() {
    claims.give("a", result("gpu", gpu(3)));
    preparation.prepare(claim("a"), Optional.empty());
    preparation.unprepare(claim("a"));
    claims.deallocate("a");

    assertThat(failure("a")).contains(claim("a").toString(), "not allocated");
    assertThat(prepared.all()).isEmpty();
  }

  @Test
  void aPrepareAfterAnUnprepareOfAClaimThatIsStillAllocatedIsAnOrdinaryOne() {
    claims.give("a", result("gpu", gpu(3)));
    PrepareResult first = preparation.prepare(claim("a"), Optional.empty());
    preparation.unprepare(claim("a"));

    assertThat(preparation.prepare(claim("a"), Optional.empty())).isEqualTo(first);
    assertThat(prepared.all()).containsOnlyKeys("a");
  }

  /** Its name is the same, and the containers of the former one may still be there. */
  @Test
  void aClaimThatWasMadeAnewUnderItsNameIsAClaimOfItsOwn() {
    claims.give("a", result("gpu", gpu(3)));
    preparation.prepare(claim("a"), Optional.empty());
    claims.give("new", result("gpu", gpu(4)));
    claims.byName.put(claim("a").name(), claims.byName.get(claim("new").name()));
    var renewed = new ClaimReference("default", claim("a").name(), "new");

    assertThat(preparation.prepare(renewed, Optional.empty()))
        .isInstanceOf(PrepareResult.Prepared.class);
    assertThat(failure("a")).contains("a newer claim (UID ");
    assertThat(prepared.all()).containsOnlyKeys("a", "new");

    preparation.unprepare(claim("a"));
    assertThat(prepared.all()).containsOnlyKeys("new");
  }

  private List<AllocatedDevice> held(String uid) {
    return prepared.find(uid).orElseThrow().devices();
  }

  private String failure(String uid) {
    PrepareResult result = preparation.prepare(claim(uid), Optional.empty());
    assertThat(result).isInstanceOf(PrepareResult.Failed.class);
    return ((PrepareResult.Failed) result).message();
  }

  private static DeviceRequestAllocationResult result(String request, Gpu gpu) {
    return result(request, gpu.uid());
  }

  private static DeviceRequestAllocationResult result(String request, DeviceUid device) {
    return AgentFixtures.result(request, DeviceName.of(device).toString());
  }

  private static DeviceRequestAllocationResult share(
      DeviceRequestAllocationResult result, String shareId, String memory) {
    return new DeviceRequestAllocationResultBuilder(result)
        .withShareID(shareId)
        .addToConsumedCapacity("memory", new Quantity(memory))
        .build();
  }
}
