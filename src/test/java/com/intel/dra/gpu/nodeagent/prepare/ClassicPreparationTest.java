package com.intel.dra.gpu.nodeagent.prepare;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.BOOT;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocation;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gas;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gpu;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.uid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.ResourceHandle;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfiles;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.app.ProcessLife;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.devices.AttemptFailure;
import com.intel.dra.gpu.nodeagent.devices.DeviceLock;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.gas.TestingGasStore;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.kit.kubelet.api.ClaimPreparer;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.PrepareResult.Prepared;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult.Unprepared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassicPreparationTest {

  @TempDir Path root;

  private final NodeDevices devices = new NodeDevices();

  /** A thread that waits is signalled, or looks again far too late for the test. */
  private final DeviceLock lock = new DeviceLock(Duration.ofMinutes(10));

  private final VfHosts hosts = new VfHosts(lock);

  private TestingGasInformer gasInformer;
  private TestingGasStore store;
  private VfHostRecords records;
  private PreparedClaims prepared;
  private ClaimPreparer preparation;

  @BeforeEach
  void nodeWithTwoGpus() throws IOException {
    var config = TestingConfig.below(root);
    prepared = PreparedClaims.open(root.resolve("state"), BOOT);
    gasInformer = new TestingGasInformer(config);
    store = new TestingGasStore(config);
    records = VfHostRecords.open(root.resolve("state"), BOOT);
    preparation = preparation(devices, config);
    devices.replace(List.of(gpu(3), gpu(4)));
  }

  private ClaimPreparer preparation(NodeDevices devices, TestingConfig config) {
    return new FreshDeadlinePreparer(
        new ClassicPreparation(
            new DevicePreparation(
                new ClaimRecorder(devices, prepared, lock, hosts, records, config),
                lock,
                gasInformer),
            prepared,
            gasInformer,
            store,
            config),
        config);
  }

  @Test
  void devicesOfTheHandleAreAnsweredAsCdiNamesAndOnRecord() {
    var result = preparation.prepare(claim("a"), handle(allocated(4), allocated(3)));

    assertThat(result)
        .isEqualTo(
            Prepared.classic(
                List.of("intel.com/gpu=0000:04:00.0-0x56c0", "intel.com/gpu=0000:03:00.0-0x56c0")));
    assertThat(prepared.find("a"))
        .hasValue(new PreparedClaim("default", "claim-a", List.of(allocated(4), allocated(3))));
    assertThat(gasInformer.signals).isEqualTo(1);
  }

  @Test
  void preparingAgainGivesTheSameNames() {
    var first = preparation.prepare(claim("a"), handle(allocated(3)));

    assertThat(preparation.prepare(claim("a"), handle(allocated(3)))).isEqualTo(first);
    assertThat(prepared.all()).hasSize(1);
  }

  @Test
  void aClaimThatWasAllocatedAnewIsPreparedAnewAndKeepsWhatItsContainersMayBeUsing() {
    preparation.prepare(claim("a"), handle(allocated(3)));

    assertThat(preparation.prepare(claim("a"), handle(allocated(4))))
        .isEqualTo(Prepared.classic(List.of("intel.com/gpu=" + uid(4))));
    assertThat(prepared.find("a"))
        .hasValueSatisfying(
            claim ->
                assertThat(claim.devices()).containsExactlyInAnyOrder(allocated(4), allocated(3)));

    preparation.unprepare(claim("a"));
    assertThat(prepared.all()).isEmpty();
  }

  @Test
  void anEarlierClaimOfTheSameNameGetsNothing() {
    gasInformer.gas = AgentFixtures.gas(Map.of(), Map.of(), Map.of("b", allocation(3)), "Ready");
    store.allocate("b", allocation(3));

    assertThat(failure(preparation.prepare(claim("a"), handle(allocated(3)))))
        .contains("claim-a", "an earlier one of the same name", "restart the kubelet");
    assertThat(prepared.all()).isEmpty();
  }

  @Test
  void devicesThatTheClaimDoesNotHoldAnyMoreAreRefused() {
    gasInformer.gas = AgentFixtures.gas(Map.of(), Map.of(), Map.of("a", allocation(4)), "Ready");
    store.allocate("a", allocation(4));

    assertThat(failure(preparation.prepare(claim("a"), handle(allocated(3)))))
        .contains("does not list these devices");
  }

  @Test
  void anInformerThatLagsBehindIsNoHindrance() {
    gasInformer.gas = AgentFixtures.gas(Map.of(), Map.of(), Map.of(), "Ready");
    store.allocate("a", allocation(3));

    assertThat(preparation.prepare(claim("a"), handle(allocated(3)))).isInstanceOf(Prepared.class);
  }

  @Test
  void aVfThatWasGivenToAnotherClaimDuringTheWaitIsNotPrepared() throws Exception {
    Gpu host = gpu(3);
    Gpu vf = new Gpu(host.uid().vf(0), host.address(), 2000, 0, host.drmNodes());
    var share = new AllocatedDevice(2000, host.uid().toString(), "", "vf", vf.uid().toString());
    gasShows("a", share);
    hosts.set(
        host.uid(),
        Optional.of(
            new VfHostState.Making(
                VfProfiles.forGpu(AgentFixtures.FLEX_170, host.memoryMiB(), 8, false).getFirst(),
                new TreeSet<>(List.of(0)),
                Optional.empty())));
    var patient =
        preparation(devices, TestingConfig.below(root).withPrepareWait(Duration.ofSeconds(30)));
    var answer = new FutureTask<>(() -> patient.prepare(claim("a"), handle(share)));
    Thread call = Thread.ofPlatform().start(answer);
    await().until(() -> call.getState() == Thread.State.TIMED_WAITING);

    gasShows("b", share);
    devices.replace(List.of(host, vf));
    hosts.set(host.uid(), Optional.empty());

    assertThat(failure(answer.get(30, TimeUnit.SECONDS))).contains("does not list these devices");
    assertThat(prepared.all()).isEmpty();
  }

  @Test
  void claimsOfOneTimeAreRecordedAndForgottenByOneWrite() throws Exception {
    ProcessLife processLife = ProcessLife.untilItIsOver();
    prepared = PreparedClaims.open(processLife.disk(root.resolve("state")), BOOT);
    preparation = preparation(devices, TestingConfig.below(root));
    var calls = new ArrayList<FutureTask<PrepareResult>>();

    // whoever comes first waits for the lock, and the others for him
    lock.locked(
        () -> {
          var threads = new ArrayList<Thread>();
          for (int i = 0; i < 50; i++) {
            ClaimReference claim = claim("a" + i);
            var call = new FutureTask<>(() -> preparation.prepare(claim, handle(allocated(3))));
            calls.add(call);
            threads.add(Thread.ofVirtual().start(call));
          }
          await().until(() -> threads.stream().allMatch(t -> t.getState() == Thread.State.WAITING));
          return true;
        });

    for (var call : calls) {
      assertThat(call.get()).isInstanceOf(Prepared.class);
    }
    assertThat(PreparedClaims.open(root.resolve("state"), BOOT).all()).hasSize(50);
    assertThat(writes(processLife)).isEqualTo(2);
  }

  @Test
  void whatCannotBeRecordedFailsForAllOfOneWriteAndIsTriedAgain() throws Exception {
    Path state = root.resolve("state");
    preparation.prepare(claim("a"), handle(allocated(3)));
    Files.delete(state.resolve(PreparedClaims.FILE_NAME));
    Files.createDirectory(state.resolve(PreparedClaims.FILE_NAME));

    assertThat(failure(preparation.prepare(claim("b"), handle(allocated(4)))))
        .contains("claim-b", "could not be recorded", "disk");
    assertThat(preparation.unprepare(claim("a"))).isInstanceOf(UnprepareResult.Failed.class);
    assertThat(prepared.all()).containsOnlyKeys("a");

    Files.delete(state.resolve(PreparedClaims.FILE_NAME));
    assertThat(preparation.prepare(claim("b"), handle(allocated(4)))).isInstanceOf(Prepared.class);
    assertThat(preparation.unprepare(claim("a"))).isEqualTo(new Unprepared());
    assertThat(PreparedClaims.open(state, BOOT).all()).containsOnlyKeys("b");
  }

  private static long writes(ProcessLife processLife) {
    return processLife.steps().stream()
        .filter(step -> step.startsWith("rename ") && step.endsWith(PreparedClaims.FILE_NAME))
        .count();
  }

  /** To the informer; the API server says that nobody holds anything. */
  private void gasShows(String claimUid, AllocatedDevice share) {
    var allocation = new ClaimAllocation(List.of(share), "");
    gasInformer.gas = AgentFixtures.gas(Map.of(), Map.of(), Map.of(claimUid, allocation), "Ready");
  }

  @Test
  void whatIsPreparedIsAnsweredAgainAlsoWhenTheGasWasLost() {
    preparation.prepare(claim("a"), handle(allocated(3)));
    gasInformer.gas = AgentFixtures.gas(Map.of(), Map.of(), Map.of(), "Ready");

    assertThat(preparation.prepare(claim("a"), handle(allocated(3)))).isInstanceOf(Prepared.class);
  }

  @Test
  void aDeviceThatIsNotHereIsNamedWithTheNodeAndTheRemedy() {
    var result = preparation.prepare(claim("a"), handle(allocated(3), allocated(9)));

    assertThat(failure(result))
        .contains(uid(9), "node1", "delete the claim's pods")
        .doesNotContain(uid(3));
    assertThat(prepared.all()).isEmpty();
    assertThat(gasInformer.signals).isZero();
  }

  @Test
  void aPreparedClaimWhoseDeviceVanishedFailsToo() {
    preparation.prepare(claim("a"), handle(allocated(3)));
    devices.replace(List.of(gpu(4)));

    assertThat(failure(preparation.prepare(claim("a"), handle(allocated(3))))).contains(uid(3));
  }

  @Test
  void beforeTheFirstDiscoveryNothingCanBePrepared() {
    var notYet = preparation(new NodeDevices(), TestingConfig.below(root));

    assertThat(failure(notYet.prepare(claim("a"), handle(allocated(3))))).contains(uid(3));
  }

  @Test
  void aClaimOfTheGoDriverIsLookedUpInTheGas() {
    gasInformer.gas = gas(Map.of(), Map.of(), Map.of("a", allocation(3)), "Ready");

    assertThat(preparation.prepare(claim("a"), Optional.empty()))
        .isEqualTo(Prepared.classic(List.of("intel.com/gpu=" + uid(3))));
    assertThat(failure(preparation.prepare(claim("b"), Optional.empty())))
        .contains("default/claim-b", "GpuAllocationState gpu/node1");
  }

  @Test
  void withoutHandleAndGasThereIsNothingToPrepare() {
    assertThat(failure(preparation.prepare(claim("a"), Optional.empty())))
        .contains("resource handle");
  }

  @Test
  void aHandleThatIsDamagedOrNamesNothingIsSaid() {
    assertThat(failure(preparation.prepare(claim("a"), Optional.of("garbage"))))
        .contains("default/claim-a", "delete the claim's pods");
    assertThat(failure(preparation.prepare(claim("a"), handle()))).contains("no devices");
  }

  @Test
  void unpreparingForgetsAndAnUnknownClaimIsASuccess() {
    preparation.prepare(claim("a"), handle(allocated(3)));

    assertThat(preparation.unprepare(claim("a"))).isEqualTo(new Unprepared());
    assertThat(preparation.unprepare(claim("a"))).isEqualTo(new Unprepared());
    assertThat(preparation.unprepare(claim("never-seen"))).isEqualTo(new Unprepared());

    assertThat(prepared.all()).isEmpty();
    assertThat(gasInformer.signals)
        .as("one for each, also where the GAS may list what is not known here")
        .isEqualTo(4);
  }

  /** A pod was deleted by force, and its containers have not ended yet. */
  @Test
  void whatAnotherClaimsContainersMayBeUsingIsRefusedAndBothAreNamed() {
    Gpu host = gpu(3);
    Gpu vf = new Gpu(host.uid().vf(0), host.address(), 2000, 0, host.drmNodes());
    devices.replace(List.of(host, vf, gpu(4)));
    AllocatedDevice ofVf =
        new AllocatedDevice(2000, host.uid().toString(), "", "vf", vf.uid().toString());
    assertThat(preparation.prepare(claim("a"), handle(ofVf))).isInstanceOf(Prepared.class);

    assertThat(failure(preparation.prepare(claim("b"), handle(ofVf))))
        .as("a VF is one claim's alone")
        .contains("default/claim-b (b)", "default/claim-a (a)", vf.uid().toString());
    assertThat(failure(preparation.prepare(claim("c"), handle(allocated(3)))))
        .as("a GPU and its VF exclude each other")
        .contains("default/claim-c (c)", "default/claim-a (a)", uid(3), vf.uid().toString());
    assertThat(prepared.all()).containsOnlyKeys("a");

    preparation.unprepare(claim("a"));
    assertThat(preparation.prepare(claim("b"), handle(ofVf))).isInstanceOf(Prepared.class);
  }

  @Test
  void aDeviceOfAClaimThatIsStillEndingIsWaitedForAndGivenAsSoonAsItIsFree() throws Exception {
    Gpu host = gpu(3);
    Gpu vf = new Gpu(host.uid().vf(0), host.address(), 2000, 0, host.drmNodes());
    devices.replace(List.of(host, vf, gpu(4)));
    var ofVf = new AllocatedDevice(2000, host.uid().toString(), "", "vf", vf.uid().toString());
    preparation.prepare(claim("a"), handle(ofVf));
    FutureTask<PrepareResult> call = waitingCall("b", handle(ofVf));

    preparation.unprepare(claim("a"));

    assertThat(call.get(30, TimeUnit.SECONDS)).isInstanceOf(Prepared.class);
    assertThat(prepared.all()).containsOnlyKeys("b");
  }

  @Test
  void anAllocationThatTheInformerDoesNotShowYetIsWaitedFor() throws Exception {
    FutureTask<PrepareResult> call = waitingCall("a", Optional.empty());

    gasInformer.gas = gas(Map.of(), Map.of(), Map.of("a", allocation(3)), "Ready");
    lock.signalChange();

    assertThat(call.get(30, TimeUnit.SECONDS))
        .isEqualTo(Prepared.classic(List.of("intel.com/gpu=" + uid(3))));
  }

  /** The agent tries again, first after a second. */
  @Test
  void vfsThatCouldNotBeMadeAreWaitedForWhileTheyAreTriedAgain() throws Exception {
    Gpu host = gpu(3);
    Gpu vf = new Gpu(host.uid().vf(0), host.address(), 2000, 0, host.drmNodes());
    var share = new AllocatedDevice(2000, host.uid().toString(), "", "vf", vf.uid().toString());
    hosts.set(host.uid(), Optional.of(makingFailed(host, 1)));
    FutureTask<PrepareResult> call = waitingCall("a", handle(share));

    devices.replace(List.of(host, vf));
    hosts.set(host.uid(), Optional.empty());

    assertThat(call.get(30, TimeUnit.SECONDS)).isInstanceOf(Prepared.class);
  }

  /** People are to hear of it before the call's time is over. */
  @Test
  void aKernelThatRefusesAgainAndAgainIsNotWaitedFor() throws Exception {
    Gpu host = gpu(3);
    String vf = host.uid().vf(0).toString();
    hosts.set(host.uid(), Optional.of(makingFailed(host, 3)));
    FutureTask<PrepareResult> call =
        waitingCall("a", handle(new AllocatedDevice(2000, host.uid().toString(), "", "vf", vf)));
    assertThat(call.isDone()).isFalse();

    hosts.set(host.uid(), Optional.of(makingFailed(host, 4)));

    assertThat(failure(call.get(30, TimeUnit.SECONDS))).contains("could not be made", "EBUSY");
  }

  private static VfHostState makingFailed(Gpu host, int attempts) {
    return new VfHostState.MakingFailed(
        new AttemptFailure("EBUSY", attempts, Instant.EPOCH),
        VfProfiles.forGpu(AgentFixtures.FLEX_170, host.memoryMiB(), 8, false).getFirst(),
        new TreeSet<>(List.of(0)),
        false);
  }

  /** A call with much more time than the test has, which has begun to wait. */
  private FutureTask<PrepareResult> waitingCall(String uid, Optional<String> handle) {
    ClaimPreparer patient =
        preparation(devices, TestingConfig.below(root).withPrepareWait(Duration.ofMinutes(10)));
    var call = new FutureTask<>(() -> patient.prepare(claim(uid), handle));
    Thread thread = Thread.ofPlatform().daemon().start(call);
    await().until(() -> call.isDone() || thread.getState() == Thread.State.TIMED_WAITING);
    return call;
  }

  @Test
  void sharesOfOneGpuGoTogether() {
    assertThat(preparation.prepare(claim("a"), handle(allocated(3)))).isInstanceOf(Prepared.class);
    assertThat(preparation.prepare(claim("b"), handle(allocated(3)))).isInstanceOf(Prepared.class);
  }

  /** The kubelet's call was on its way while the claim was let go and given to nobody. */
  @Test
  void aLatePrepareAfterAnUnprepareIsRefusedOnceTheClaimIsNotAllocatedAnyMore() {
    gasInformer.gas = gas(Map.of(), Map.of(), Map.of("a", allocation(3)), "Ready");
    preparation.prepare(claim("a"), handle(allocated(3)));
    preparation.unprepare(claim("a"));
    gasInformer.gas = gas(Map.of(), Map.of(), Map.of(), "Ready");

    assertThat(failure(preparation.prepare(claim("a"), handle(allocated(3)))))
        .contains("default/claim-a (a)", "does not list these devices");
    assertThat(prepared.all()).isEmpty();
  }

  @Test
  void aPrepareAfterAnUnprepareOfAClaimThatIsStillAllocatedIsAnOrdinaryOne() {
    gasInformer.gas = gas(Map.of(), Map.of(), Map.of("a", allocation(3)), "Ready");
    var first = preparation.prepare(claim("a"), handle(allocated(3)));
    preparation.unprepare(claim("a"));

    assertThat(preparation.prepare(claim("a"), handle(allocated(3)))).isEqualTo(first);
    assertThat(prepared.all()).containsOnlyKeys("a");
  }

  /** Its name is the same, and the containers of the former one may still be there. */
  @Test
  void aClaimThatWasMadeAnewUnderItsNameIsAClaimOfItsOwn() {
    gasInformer.gas =
        gas(Map.of(), Map.of(), Map.of("a", allocation(3), "new", allocation(4)), "Ready");
    preparation.prepare(claim("a"), handle(allocated(3)));
    var renewed = new ClaimReference("default", "claim-a", "new");

    assertThat(preparation.prepare(renewed, handle(allocated(4)))).isInstanceOf(Prepared.class);
    assertThat(prepared.all()).containsOnlyKeys("a", "new");

    preparation.unprepare(claim("a"));
    assertThat(prepared.all()).containsOnlyKeys("new");
  }

  @Test
  void whatCannotBeRecordedIsNotPrepared() throws IOException {
    preparation.prepare(claim("a"), handle(allocated(3)));
    Files.move(root.resolve("state"), root.resolve("moved"));

    assertThat(failure(preparation.prepare(claim("b"), handle(allocated(3)))))
        .contains("default/claim-b", "disk");
    assertThat(preparation.unprepare(claim("a"))).isInstanceOf(UnprepareResult.Failed.class);
  }

  private static Optional<String> handle(AllocatedDevice... devices) {
    return Optional.of(new ResourceHandle(List.of(devices)).encode());
  }

  private static String failure(PrepareResult result) {
    assertThat(result).isInstanceOf(PrepareResult.Failed.class);
    return ((PrepareResult.Failed) result).message();
  }
}
