package com.intel.dra.gpu.nodeagent.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.ResourceHandle;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfiles;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.config.UnownedVfsSetting;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import com.intel.dra.gpu.nodeagent.publish.DesiredGas;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.gpu.sysfs.sriov.FakeKernel.Driver;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the agent does about VFs between a GAS, a kubelet and a kernel. */
class VfProvisionerTest {

  private static final String NUM_VFS = "sriov_numvfs";

  @TempDir Path root;

  private VfNode node;
  private Gpu gpu;

  @BeforeEach
  void nodeWithAnIdleGpu() throws IOException {
    node = new VfNode(root, UnownedVfsSetting.ADOPT);
    gpu = node.flex170(3);
    node.start();
    node.settle();
    node.assertAgreement();
  }

  @AfterEach
  void idle() {
    await().until(node::isIdle);
  }

  @Test
  void plannedVfsAreMadeOfferedAndPreparedAndTheRestOfTheGpuIsOfferedToo() {
    assertThat(node.allocateVfs("a", 2, 3000)).isTrue();

    node.settle();

    assertThat(node.kernel.numVfs(gpu)).as("all that flex170_m5 allows").isEqualTo(5);
    node.prepared("a");
    node.settle();
    node.assertAgreement();
    assertThat(node.gas.now().getSpec().allocatable().get(gpu.uid() + "-vf4"))
        .satisfies(
            vf -> {
              assertThat(vf.type()).isEqualTo("vf");
              assertThat(vf.parentUid()).isEqualTo(gpu.uid().toString());
              assertThat(vf.memory()).isEqualTo(3200);
              assertThat(vf.maxVfs()).isZero();
            });
    assertThat(node.agent.prepared.find("a"))
        .hasValueSatisfying(claim -> assertThat(claim.devices()).isEqualTo(node.devicesOf("a")));
  }

  @Test
  void theLastToGoTakesTheVfsWithIt() {
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.allocateVfs("b", 1, 2000);
    node.prepared("a");
    node.prepared("b");

    node.unprepare("a");
    node.release("a");
    node.settle();
    assertThat(node.kernel.numVfs(gpu)).as("a sibling is in use").isEqualTo(8);
    node.assertAgreement();

    node.unprepare("b");
    node.settle();
    assertThat(node.kernel.numVfs(gpu)).as("still allocated").isEqualTo(8);

    node.release("b");
    node.settle();
    assertThat(node.kernel.isPlain(gpu)).isTrue();
    assertThat(node.offered()).containsExactly(gpu.uid().toString());
    node.assertAgreement();
  }

  @Test
  void whatIsPreparedStaysWhenItsAllocationGoesFirst() {
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.prepared("a");

    node.gas.release("a");
    node.settle();

    assertThat(node.kernel.numVfs(gpu)).isEqualTo(8);
    node.unprepare("a");
    node.settle();
    assertThat(node.kernel.isPlain(gpu)).isTrue();
  }

  @Test
  void theVfsAreInTheGasBeforeTheHardwareIsTouchedAndOnlyThoseThatAreHeld() {
    var enabling = new CountDownLatch(1);
    node.kernel.beforeNumVfs(() -> await(enabling));
    node.allocateVfs("a", 2, 2000);

    node.reconcile();

    assertThat(node.offeredVfs(gpu)).containsExactly(gpu.uid() + "-vf0", gpu.uid() + "-vf1");
    assertThat(node.offered()).contains(gpu.uid().toString());
    assertThat(node.allocateVfs("later", 1, 2000)).as("no VF that is not made yet").isFalse();
    assertThat(node.allocate("gpu", DeviceType.GPU, 1, 0)).as("no GPU with VFs").isFalse();
    enabling.countDown();
    node.settle();
    assertThat(node.allocateVfs("later", 1, 2000)).isTrue();
  }

  @Test
  void aPlanThatWasWrittenMeanwhileIsSeenAndAllAreMadeTogether() {
    node.allocateVfs("a", 1, 2000);
    node.gas.beforeNextPatch(() -> node.allocateVfs("b", 3, 2000));

    var control = node.reconcile();

    assertThat(control.getScheduleDelay()).isPresent();
    assertThat(node.kernel.writes()).as("nothing was touched").isEmpty();
    assertThat(node.agent.hosts.states()).isEmpty();
    node.settle();
    node.prepared("a");
    node.prepared("b");
    assertThat(node.kernel.writes()).contains("sriov_numvfs=8").hasSize(8 * 6 + 1);
  }

  @Test
  void aClaimThatComesBetweenTheDecisionToRemoveAndItsWritingKeepsTheVfs() {
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.release("a");
    node.gas.beforeNextPatch(() -> node.allocateVfs("b", 1, 2000));

    node.reconcile();
    node.settle();

    assertThat(node.kernel.numVfs(gpu)).isEqualTo(8);
    assertThat(node.kernel.writes()).doesNotContain("sriov_numvfs=0");
    node.prepared("b");
    node.settle();
    node.assertAgreement();
  }

  @Test
  void whileVfsAreRemovedNeitherTheyNorTheirGpuAreOffered() {
    node.allocateVfs("a", 1, 2000);
    node.settle();
    var disabling = new CountDownLatch(1);
    node.kernel.beforeNumVfs(() -> await(disabling));
    node.release("a");

    node.reconcile();

    assertThat(node.offered()).isEmpty();
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(8);
    disabling.countDown();
    node.settle();
    assertThat(node.offered()).containsExactly(gpu.uid().toString());
    node.assertAgreement();
  }

  @Test
  void gapsAreMadeToo() {
    node.gas.allocate("a", planned(5, "flex170_m8", 2000));

    node.settle();

    assertThat(node.kernel.numVfs(gpu)).isEqualTo(8);
    assertThat(node.offeredVfs(gpu)).hasSize(8);
  }

  @ParameterizedTest
  @EnumSource(Driver.class)
  void everyKernelInterfaceMakesAndRemovesVfs(Driver driver) throws IOException {
    node = new VfNode(root.resolve("other"), UnownedVfsSetting.ADOPT);
    gpu = node.add(driver, 3, "0x56c0", 16_384, 8);
    node.start();
    node.settle();
    node.gas.allocate("a", planned(1, "flex170_m4", 4000));

    node.reconcile();
    await().until(node::isIdle);

    assertThat(node.kernel.numVfs(gpu)).isEqualTo(4);
    node.gas.release("a");
    node.reconcile();
    await().until(node::isIdle);
    assertThat(node.kernel.isPlain(gpu)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "vf1/gt/contexts_quota, Device or resource busy",
    "vf2/gt/lmem_quota, No space left on device",
    "vf8/gt/preempt_timeout_us, Input/output error",
    "sriov_numvfs, Device or resource busy",
    "sriov_numvfs, Input/output error"
  })
  void aFailedWriteIsToldUndoneAndTriedAgainLater(String file, String errno) {
    node.kernel.refuse(file, "", errno);
    node.allocateVfs("a", 1, 2000);

    node.settle();

    assertThat(node.prepareError("a"))
        .contains(file, errno.toLowerCase(java.util.Locale.ROOT), "tries again");
    assertThat(node.kernel.isPlain(gpu)).isTrue();
    assertThat(node.offered()).as("no VF is offered").containsExactly(gpu.uid().toString());
    assertThat(node.agent.records.find(gpu.uid())).isEmpty();
    assertThat(node.reconcile().getScheduleDelay()).hasValue(1000L);
    assertThat(node.isIdle()).as("not before its time").isTrue();

    node.pass(Duration.ofSeconds(1));
    node.settle();
    node.prepared("a");
    node.settle();
    node.assertAgreement();
  }

  @Test
  void triesAreFurtherAndFurtherApartAndNeverMoreThanAMinute() {
    node.kernel.neverShowCardOf(2);
    node.allocateVfs("a", 1, 2000);
    node.settle();

    for (long seconds : new long[] {1, 2, 4, 8, 16, 32, 60, 60}) {
      assertThat(node.reconcile().getScheduleDelay()).hasValue(seconds * 1000);
      assertThat(node.prepareError("a")).contains("VF 2 did not appear");
      assertThat(node.kernel.isPlain(gpu)).isTrue();
      node.pass(Duration.ofSeconds(seconds));
      node.settle();
    }
    node.kernel.heal();
    node.pass(Duration.ofMinutes(1));
    node.settle();
    node.prepared("a");
  }

  @Test
  void aClaimThatGivesUpEndsTheRetries() {
    node.kernel.neverShowCardOf(2);
    node.allocateVfs("a", 1, 2000);
    node.settle();

    node.release("a");
    node.settle();

    node.assertAgreement();
    assertThat(node.reconcile().getScheduleDelay())
        .as("until the GPU may be tried again")
        .hasValue(Duration.ofMinutes(5).toMillis());
  }

  private int maxVfs(Gpu of) {
    return Optional.ofNullable(node.gas.now().getSpec().allocatable().get(of.uid().toString()))
        .orElseThrow()
        .maxVfs();
  }

  @Test
  void aGpuOfWhichVfsCannotBeMadeIsPlannedForNoOthers() throws IOException {
    Gpu other = node.flex170(4);
    node.agent.monitor.scan();
    node.kernel.refuse(NUM_VFS, "8", "Input/output error");
    node.allocateVfs("a", 1, 2000);
    assertThat(node.devicesOf("a").getFirst().uid()).startsWith(gpu.uid().toString());
    node.settle();

    assertThat(maxVfs(gpu)).isZero();
    assertThat(maxVfs(other)).isEqualTo(8);
    assertThat(node.allocate("gpus", DeviceType.GPU, 2, 0)).as("it waits for its VFs").isFalse();
    node.allocateVfs("b", 1, 2000);
    assertThat(node.devicesOf("b").getFirst().uid()).startsWith(other.uid().toString());
    node.settle();
    node.prepared("b");

    node.kernel.heal();
    node.pass(Duration.ofSeconds(1));
    node.settle();
    node.prepared("a"); // what was planned there before is tried again
    assertThat(maxVfs(gpu)).isEqualTo(8);
    node.settle();
    node.assertAgreement();
  }

  @Test
  void aGpuOfWhichVfsCouldNotBeMadeIsTriedAgainSomeTimeAfterTheLastClaimIsGone() {
    node.kernel.neverShowCardOf(2);
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.pass(Duration.ofMinutes(10));
    node.reconcile();
    await().until(node::isIdle);
    node.release("a");
    node.settle();

    assertThat(node.allocateVfs("again", 1, 2000)).as("the re-created pod's claim").isFalse();
    assertThat(node.allocate("gpu", DeviceType.GPU, 1, 16_000)).as("as a whole it works").isTrue();
    node.release("gpu");
    node.pass(Duration.ofMinutes(5).minusMillis(1));
    node.settle();
    assertThat(maxVfs(gpu)).isZero();

    node.kernel.heal();
    node.pass(Duration.ofMillis(1));
    node.settle();
    assertThat(maxVfs(gpu)).isEqualTo(8);
    assertThat(node.allocateVfs("again", 1, 2000)).isTrue();
    node.settle();
    node.prepared("again");
  }

  @Test
  void aVfWithoutDrmCardIsNamedWithItsDriverAndCountsForNobody() throws IOException {
    for (int index = 0; index < 8; index++) {
      node.kernel.neverShowCardOf(index);
    }
    node.gas.allocate("a", planned(1, "flex170_m8", 2000));
    node.kernel.write(sysfs(NUM_VFS), "8"); // an administrator is faster than the agent
    node.kernel.bind(gpu, 1, "vfio-pci");

    node.settle();

    assertThat(node.prepareErrorFor("a", planned(1, "flex170_m8", 2000).gpus()))
        .contains(gpu.uid() + "-vf1", "no DRM card", "vfio-pci", "bind it to the driver");
    assertThat(node.allocateVfs("b", 1, 0)).as("none of them is offered").isFalse();
    assertThat(node.kernel.numVfs(gpu)).as("they are left alone").isEqualTo(8);
  }

  @Test
  void aGpuThatDoesNotAnswerIsNotOfferedHoldsUpNoOtherAndComesBack() throws Exception {
    Gpu other = node.flex170(4);
    node.agent.monitor.scan();
    node.settle();
    var answers = new CountDownLatch(1);
    var looks = new AtomicInteger();
    node.agent.beforeLook =
        looked -> {
          if (looked.uid().equals(gpu.uid())) {
            looks.incrementAndGet();
            await(answers);
          }
        };
    try {
      node.settle();

      assertThat(node.offered()).containsExactly(other.uid().toString());
      assertThat(node.reconcile().getScheduleDelay()).as("it is looked at again").isPresent();
      assertThat(looks).as("it is asked, and so waited for, once").hasValue(1);
      assertThat(node.allocateVfs("a", 1, 2000)).isTrue();
      node.settle();
      node.prepared("a");
    } finally {
      answers.countDown();
    }
    await()
        .untilAsserted(
            () -> {
              node.reconcile();
              assertThat(node.offered()).contains(gpu.uid().toString());
            });
    node.settle();
    node.assertAgreement();
  }

  @Test
  void vfsInUseOfAGpuThatDoesNotAnswerStayPrepared() {
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.prepared("a");
    var answers = new CountDownLatch(1);
    node.agent.beforeLook = looked -> await(answers);
    try {
      node.settle();

      assertThat(node.offered()).isEmpty();
      node.prepared("a");
    } finally {
      answers.countDown();
    }
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(8);
  }

  @Test
  void aLostRecordWaitsForTheGpusThatDoNotAnswer() throws IOException {
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.prepared("a");
    Files.delete(node.config().stateDir().orElseThrow().resolve(VfHostRecords.FILE_NAME));
    node.start();
    var answers = new CountDownLatch(1);
    node.agent.beforeLook = looked -> await(answers);
    try {
      node.reconcile();
      assertThat(node.agent.records.isComplete()).isFalse();
    } finally {
      answers.countDown();
    }
    node.unprepare("a");
    await()
        .untilAsserted(
            () -> {
              node.reconcile();
              assertThat(node.agent.records.isComplete()).isTrue();
            });
    assertThat(node.agent.records.find(gpu.uid())).as("they are ours").isPresent();
  }

  @Test
  void anAttemptThatCannotBeUndoneKeepsTheGpuFromOthersAndIsClearedAwayFirst() {
    node.kernel.neverShowCardOf(7);
    node.kernel.refuse(NUM_VFS, "0", "Input/output error");
    node.allocateVfs("a", 1, 2000);
    node.settle();

    assertThat(node.prepareError("a")).contains("VF 7 did not appear", "could not be undone");
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(8);
    assertThat(node.offeredVfs(gpu)).containsExactly(gpu.uid() + "-vf0");
    assertThat(node.allocate("gpu", DeviceType.GPU, 1, 0)).isFalse();
    assertThat(node.allocateVfs("b", 1, 2000)).isFalse();

    node.kernel.heal();
    node.pass(Duration.ofSeconds(1));
    node.settle();
    node.prepared("a");
    node.settle();
    node.assertAgreement();
  }

  @Test
  void aRemovalThatTimesOutIsNoSuccessAndTriedAgain() {
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.kernel.keepDisabledVfs();
    node.release("a");
    node.settle();

    assertThat(node.offered()).as("neither VFs nor a GPU that still has them").isEmpty();
    assertThat(node.agent.records.find(gpu.uid())).isPresent();
    assertThat(node.agent.hosts.state(gpu.uid()))
        .hasValueSatisfying(
            state ->
                assertThat(state.lastFailure().orElseThrow().message())
                    .contains("did not vanish within 10 s"));
    assertThat(node.reconcile().getScheduleDelay()).hasValue(1000L);

    node.kernel.heal();
    node.pass(Duration.ofSeconds(1));
    node.settle();
    node.assertAgreement();
  }

  @Test
  void theKubeletsCallWaitsAndTheNextOneGoesOnWaiting() throws Exception {
    node.start(node.config().withPrepareWait(Duration.ofMillis(100)));
    node.settle();
    var enabling = new CountDownLatch(1);
    node.kernel.beforeNumVfs(() -> await(enabling));
    node.allocateVfs("a", 1, 2000);
    node.reconcile();

    assertThat(node.prepareError("a")).contains("still being made");
    assertThat(node.prepareError("a")).contains("still being made");
    assertThat(node.agent.prepared.all()).isEmpty();

    node.start(node.config().withPrepareWait(Duration.ofSeconds(30)));
    // an agent that starts while VFs are being made: it does not take them for made
    assertThat(node.agent.records.find(gpu.uid()))
        .hasValueSatisfying(made -> assertThat(made.verified()).isFalse());
    CompletableFuture<PrepareResult> call = CompletableFuture.supplyAsync(() -> node.prepare("a"));
    enabling.countDown();
    await().until(() -> node.kernel.numVfs(gpu) == 8);
    node.settle();
    assertThat(call.get(30, TimeUnit.SECONDS)).isInstanceOf(PrepareResult.Prepared.class);
  }

  @Test
  void aCallThatComesBeforeTheGasTellsOfTheClaimWaitsToo() throws Exception {
    node.start(node.config().withPrepareWait(Duration.ofSeconds(30)));
    node.settle();
    node.allocateVfs("a", 1, 2000);

    CompletableFuture<PrepareResult> call = CompletableFuture.supplyAsync(() -> node.prepare("a"));
    node.settle();

    assertThat(call.get(30, TimeUnit.SECONDS)).isInstanceOf(PrepareResult.Prepared.class);
  }

  @Test
  void vfsOfAPreparedOrAllocatedClaimAreMadeAgainAfterAReboot() throws IOException {
    node.allocateVfs("planned", 1, 2000);
    node.settle();
    node.allocateVfs("existing", 1, 2000);
    node.prepared("planned");
    node.prepared("existing");
    node.release("planned");
    node.settle();

    node.reboot();
    node.settle();

    assertThat(node.devicesOf("existing"))
        .as("its allocation does not tell how to make it")
        .allMatch(device -> device.profile().isEmpty());
    node.prepared("existing");
    node.settle();
    node.assertAgreement();
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(8);
  }

  /** Only when the VF is there again, and in the CDI spec, is the kubelet told that it is. */
  @Test
  void afterARebootAVfIsThereBeforeTheKubeletIsAnswered() throws IOException {
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.prepared("a");
    String vf = node.devicesOf("a").getFirst().uid();

    node.reboot();

    assertThat(node.kernel.numVfs(gpu)).isZero();
    assertThat(node.agent.prepared.all()).as("no container is left of before").isEmpty();
    assertThat(node.prepareError("a")).contains(vf);
    node.settle();
    assertThat(node.kernel.numVfs(gpu)).isPositive();
    assertThat(node.cdiDevices()).contains(vf);
    node.prepared("a");
  }

  @Test
  void afterARebootNobodyNeedsWhatNobodyHolds() throws IOException {
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.prepared("a");
    node.gas.release("a");

    node.reboot();
    node.settle();

    assertThat(node.agent.records.find(gpu.uid())).isEmpty();
    assertThat(node.kernel.numVfs(gpu)).isZero();
    assertThat(node.offered()).containsExactly(gpu.uid().toString());
  }

  @Test
  void whatAnAdministratorMadeAfterARebootIsNotTakenForOurs() throws IOException {
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.gas.release("a");

    node.reboot();
    node.kernel.write(sysfs(NUM_VFS), "4");
    node.settle();

    assertThat(node.kernel.numVfs(gpu)).isEqualTo(4);
    assertThat(node.agent.records.find(gpu.uid())).isEmpty();
  }

  @Test
  void anAgentThatStartsRemovesItsOwnVfsThatNobodyHolds() throws IOException {
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.release("a");

    node.start();
    node.settle();

    node.assertAgreement();
    assertThat(node.kernel.isPlain(gpu)).isTrue();
  }

  @Test
  void whatADyingAgentLeftHalfMadeIsClearedAway() throws IOException {
    node.agent.records.put(gpu.uid(), new VfHostRecord("flex170_m4", 4000, false));
    node.kernel.write(sysfs("drm/card0/prelim_iov/vf1/gt/lmem_quota"), "4194304000");
    node.start();

    node.settle();

    node.assertAgreement();
    assertThat(node.kernel.isPlain(gpu)).isTrue();
  }

  @Test
  void vfsThatWereHalfMadeForAClaimAreMadeAnew() throws IOException {
    node.allocateVfs("a", 1, 4000);
    node.agent.records.put(gpu.uid(), new VfHostRecord("flex170_m4", 4000, false));
    node.kernel.write(sysfs(NUM_VFS), "2"); // without quotas
    node.start();
    assertThat(node.prepareError("a")).contains("is not there yet");

    node.settle();

    node.prepared("a");
    node.settle();
    node.assertAgreement();
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(4);
  }

  @Test
  void vfsOfAnAdministratorAreOfferedUsedAndLeft() throws IOException {
    node.kernel.write(sysfs(NUM_VFS), "4");
    node.agent.monitor.scan();
    node.settle();
    assertThat(node.offeredVfs(gpu)).hasSize(4);

    node.allocateVfs("a", 1, 1000);
    node.settle();
    node.prepared("a");
    node.unprepare("a");
    node.release("a");
    node.settle();

    assertThat(node.kernel.numVfs(gpu)).isEqualTo(4);
    assertThat(node.offeredVfs(gpu)).hasSize(4);
  }

  @Test
  void vfsOfAnAdministratorAreRemovedWhereThatIsSet() throws IOException {
    node.kernel.write(sysfs(NUM_VFS), "4");
    node.start(node.config().withUnownedVfs(UnownedVfsSetting.REMOVE));

    node.settle();

    node.assertAgreement();
    assertThat(node.kernel.isPlain(gpu)).isTrue();
  }

  @Test
  void vfsThatAnAdministratorMadeAfterThePlanAreNotTouchedAndTheClaimSaysSo() throws Exception {
    node.allocateVfs("a", 8, 2000);
    node.kernel.write(sysfs(NUM_VFS), "2");

    node.settle();

    assertThat(node.prepareError("a")).contains("2 VFs that an administrator made", "sriov_numvfs");
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(2);

    node.kernel.write(sysfs(NUM_VFS), "0");
    // it waits until the GAS does not offer them any more
    Thread scan = Thread.ofVirtual().start(node.agent.monitor::scan);
    await().until(() -> node.agent.devices.find(gpu.uid() + "-vf0").isEmpty());
    node.settle();
    scan.join();
    node.prepared("a");
  }

  @Test
  void aGpuWhoseVfsSomebodyElseUsesIsNotPlannedForOthers() throws IOException {
    for (int index = 0; index < 8; index++) {
      node.kernel.neverShowCardOf(index); // as when they are given to virtual machines
    }
    node.kernel.write(sysfs(NUM_VFS), "2");

    node.settle();

    assertThat(node.gas.now().getSpec().allocatable().get(gpu.uid().toString()))
        .satisfies(
            whole -> {
              assertThat(whole.maxVfs()).isZero();
              assertThat(whole.memory()).as("what is left of it is not known").isZero();
            });
    assertThat(node.allocateVfs("a", 1, 2000)).isFalse();
    assertThat(node.allocate("gpu", DeviceType.GPU, 1, 2000)).isFalse();
    assertThat(node.allocate("gpu", DeviceType.GPU, 1, 0)).as("the GPU itself").isTrue();
    node.release("gpu");
    assertThat(node.reconcile().getScheduleDelay()).as("it is looked at again").isPresent();
    node.kernel.write(sysfs(NUM_VFS), "0");
    node.kernel.heal();
    node.settle();
    assertThat(node.allocateVfs("a", 1, 2000)).isTrue();
    node.settle();
    node.prepared("a");
  }

  @Test
  void ourVfsOfWhichTheNumberCannotBeReadAreNotForgotten() throws IOException {
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.release("a");
    Path numVfs = sysfs(NUM_VFS);
    String content = Files.readString(numVfs);
    Files.writeString(numVfs, "?\n");

    node.settle();

    assertThat(node.offered()).isEmpty();
    assertThat(node.agent.hosts.state(gpu.uid()))
        .hasValueSatisfying(
            state ->
                assertThat(state.lastFailure().orElseThrow().message()).contains("sriov_numvfs"));
    Files.writeString(numVfs, content);
    node.pass(Duration.ofSeconds(1));
    node.settle();
    node.assertAgreement();
  }

  @Test
  void aPreparedClaimsVfThatMovedIsFoundUnderItsName() throws IOException {
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.prepared("a");
    Gpu before = node.agent.devices.find(gpu.uid() + "-vf0").orElseThrow();

    // not by this driver: the kernel's driver was bound anew
    node.kernel.reboot();
    node.flex170(1); // takes the card numbers that were free
    Thread scan = Thread.ofVirtual().start(node.agent.monitor::scan);
    await().until(() -> node.agent.devices.find(gpu.uid() + "-vf0").isEmpty());
    assertThat(node.prepareError("a")).contains("is not there yet");
    node.settle();
    await().until(() -> !scan.isAlive());

    Gpu after = node.agent.devices.find(gpu.uid() + "-vf0").orElseThrow();
    assertThat(after.address()).isNotEqualTo(before.address());
    assertThat(after.drmNodes()).isNotEqualTo(before.drmNodes());
    node.prepared("a");
    assertThat(Files.readString(node.config().cdiRoot().resolve("intel.com-gpu.yaml")))
        .contains("/dev/dri/" + after.drmNodes().cardName());
    node.settle();
    node.assertAgreement();
  }

  @Test
  void vfsThatGoAwayWhileAPrepareWaitsForAnotherAreMadeAgainAndItGoesOn() throws Exception {
    Gpu other = node.flex170(4);
    node.agent.monitor.scan();
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.start(node.config().withPrepareWait(Duration.ofSeconds(30)));
    node.settle();
    var both = List.of(planned(other, 0, "flex170_m8", 2000), planned(gpu, 1, "", 2000));
    node.gas.allocate("both", new ClaimAllocation(both, ""));
    var enabling = new CountDownLatch(1);
    node.kernel.beforeNumVfs(() -> await(enabling));
    node.reconcile();
    var handle = new ResourceHandle(both);
    CompletableFuture<PrepareResult> call =
        CompletableFuture.supplyAsync(
            () ->
                node.agent.preparation.prepare(
                    AgentFixtures.claim("both"), Optional.of(handle.encode())));

    node.kernel.beforeNumVfs(() -> {});
    node.kernel.write(sysfs(NUM_VFS), "0"); // an administrator
    Thread scan = Thread.ofVirtual().start(node.agent.monitor::scan);
    await().until(() -> node.agent.devices.find(gpu.uid() + "-vf1").isEmpty());
    enabling.countDown();
    node.settle();
    scan.join();

    assertThat(call.get(30, TimeUnit.SECONDS)).isInstanceOf(PrepareResult.Prepared.class);
    node.settle();
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(8);
    node.assertAgreement();
  }

  @Test
  void aClaimThatIsReleasedWhileItsPrepareWaitsLeavesNothingBehind() throws Exception {
    node.start(node.config().withPrepareWait(Duration.ofSeconds(30)));
    node.settle();
    var enabling = new CountDownLatch(1);
    node.kernel.beforeNumVfs(() -> await(enabling));
    node.allocateVfs("a", 1, 2000);
    node.reconcile();
    CompletableFuture<PrepareResult> call = CompletableFuture.supplyAsync(() -> node.prepare("a"));

    node.gas.release("a");
    enabling.countDown();
    await().until(node::isIdle);
    assertThat(call.get(30, TimeUnit.SECONDS)).isInstanceOf(PrepareResult.Prepared.class);
    node.settle();
    assertThat(node.kernel.numVfs(gpu)).as("a container may use it").isEqualTo(8);

    node.unprepare("a");
    node.release("a");
    node.settle();
    node.assertAgreement();
    assertThat(node.kernel.isPlain(gpu)).isTrue();
  }

  @Test
  void anInformerThatLagsBehindNeitherMakesNorRemovesAnything() {
    var empty = node.gas.now();
    node.allocateVfs("a", 1, 2000);
    node.settle();
    var withA = node.gas.now();
    node.allocateVfs("b", 1, 2000);
    int writes = node.kernel.writes().size();

    node.reconcile(empty); // nobody holds anything
    await().until(node::isIdle);
    assertThat(node.agent.hosts.states()).isEmpty();
    node.release("a");
    node.release("b");
    node.settle();
    assertThat(node.kernel.isPlain(gpu)).isTrue();
    int writesAfterRemoval = node.kernel.writes().size();
    assertThat(writesAfterRemoval).isGreaterThan(writes);

    node.reconcile(withA); // a still holds one
    await().until(node::isIdle);
    assertThat(node.kernel.writes()).hasSize(writesAfterRemoval);
    node.settle();
    node.assertAgreement();
  }

  @Test
  void anInformerThatStillShowsAnAnnouncementThatWasWithdrawnBeginsNothing() {
    node.kernel.refuse(NUM_VFS, "", "Input/output error");
    node.allocateVfs("a", 4, 2000);
    node.reconcile();
    var announced = node.gas.now();
    assertThat(node.offeredVfs(gpu)).hasSize(4);
    node.settle();
    assertThat(node.offeredVfs(gpu)).isEmpty();
    ClaimAllocation plan = planned(4, "flex170_m8", 2000); // by a controller that saw no failure
    node.gas.allocate("b", plan);
    node.pass(Duration.ofSeconds(1));
    int writes = node.kernel.writes().size();

    assertThat(node.reconcile(announced).getScheduleDelay()).isPresent();

    await().until(node::isIdle);
    assertThat(node.kernel.writes()).hasSize(writes);
    node.settle();
    node.prepared("a");
    assertThat(
            node.agent.preparation.prepare(
                AgentFixtures.claim("b"), Optional.of(new ResourceHandle(plan.gpus()).encode())))
        .isInstanceOf(PrepareResult.Prepared.class);
  }

  @Test
  void aGpuIsNotShownWholeBetweenTheEndOfTheMakingAndTheLookAtItsVfs() throws IOException {
    VfHosts hosts = node.agent.hosts;
    Gpu vf = new Gpu(gpu.uid().vf(0), gpu.address(), 2000, 0, gpu.drmNodes());
    Gpu second = new Gpu(gpu.uid().vf(1), gpu.address(), 2000, 0, gpu.drmNodes());
    var devices =
        new NodeDevices() {
          @Override
          public Optional<List<Gpu>> known() {
            var before = super.known();
            replace(List.of(gpu, vf, second)); // the thread that made them ends meanwhile
            hosts.set(gpu.uid(), Optional.empty());
            return before;
          }
        };
    devices.replace(List.of(gpu));
    var profile = VfProfiles.forGpu(gpu.uid().model(), 16_384, 8, false).getFirst();
    hosts.set(
        gpu.uid(),
        Optional.of(new VfHostState.Making(profile, new TreeSet<>(List.of(0)), Optional.empty())));
    var desired =
        new DesiredGas(
            devices,
            node.agent.prepared,
            hosts,
            node.agent.records,
            DraMode.CLASSIC,
            node.agent.pending,
            node.agent.failures,
            node.agent.life,
            node.agent.offer);

    assertThat(desired.fields(GpuAllocationState.READY).allocatable().orElseThrow())
        .containsKeys(gpu.uid().toString(), vf.uid().toString());
  }

  @Test
  void aVfThatIsSmallerThanWhatWasPromisedIsNotGiven() throws IOException {
    node.allocateVfs("a", 1, 4000);
    node.kernel.write(sysfs(NUM_VFS), "8");
    node.agent.monitor.scan();

    node.settle();

    assertThat(node.prepareError("a")).contains("has 2048 MiB", "given 4000 MiB");
  }

  @Test
  void aGpuThatIsUsedAsAWholeIsNotSplit() {
    node.allocate("gpu", DeviceType.GPU, 1, 0);
    node.prepared("gpu");
    node.gas.allocate("vf", planned(0, "flex170_m8", 2000));

    node.settle();

    assertThat(node.kernel.writes()).isEmpty();
    assertThat(
            node.agent.preparation.prepare(
                AgentFixtures.claim("vf"),
                Optional.of(new ResourceHandle(planned(0, "flex170_m8", 2000).gpus()).encode())))
        .isInstanceOfSatisfying(
            PrepareResult.Failed.class,
            failed -> assertThat(failed.message()).contains("cannot be split", "as a whole"));

    node.unprepare("gpu");
    node.release("gpu");
    node.settle();
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(8);
  }

  @Test
  void aVfIndexThatNoProfileHasIsRefused() {
    node.gas.allocate("a", planned(30, "flex170_m8", 2000));

    node.settle();

    assertThat(node.kernel.writes()).isEmpty();
    assertThat(node.agent.hosts.state(gpu.uid()))
        .hasValueSatisfying(
            state ->
                assertThat(((VfHostState.Refused) state).reason())
                    .contains("no profile for 31 VFs"));
  }

  @Test
  void aLostRecordIsRebuiltFromWhatClaimsHold() throws IOException {
    node.allocateVfs("a", 1, 2000);
    node.settle();
    Path file = node.config().stateDir().orElseThrow().resolve(VfHostRecords.FILE_NAME);
    Files.writeString(file, Files.readString(file).replace("2000", "1000"));

    node.start();
    assertThat(node.agent.records.isComplete()).isFalse();
    assertThat(file.resolveSibling(VfHostRecords.DAMAGED_FILE_NAME)).exists();
    node.settle();

    assertThat(node.agent.records.find(gpu.uid()))
        .get()
        .returns("flex170_m8", VfHostRecord::profile)
        .returns(true, VfHostRecord::verified);
    node.release("a");
    node.settle();
    node.assertAgreement();
  }

  @Test
  void whatCannotBeRecordedIsNotBegun() throws IOException {
    node.allocateVfs("a", 1, 2000);
    Path folder = node.config().stateDir().orElseThrow();
    Path moved = folder.resolveSibling("moved");
    Files.move(folder, moved);

    node.reconcile();
    await().until(node::isIdle);

    assertThat(node.kernel.writes()).isEmpty();
    assertThat(node.prepareError("a")).contains("node's disk");
    Files.move(moved, folder);
    node.pass(Duration.ofSeconds(1));
    node.settle();
    node.prepared("a");
  }

  @Test
  void whileTheCdiFolderCannotBeWrittenNothingIsFinished() throws Exception {
    Path cdi = node.config().cdiRoot();
    Path spec = cdi.resolve("intel.com-gpu.yaml");
    node.kernel.beforeNumVfs(
        () -> {
          try {
            Files.delete(spec);
            Files.createDirectories(spec.resolve("in-the-way"));
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    node.allocateVfs("a", 1, 2000);
    node.reconcile();
    await().until(() -> node.kernel.numVfs(gpu) == 8);

    assertThat(node.prepareError("a")).contains("still being made");

    node.kernel.beforeNumVfs(() -> {});
    Files.delete(spec.resolve("in-the-way"));
    Files.delete(spec);
    node.settle();
    node.prepared("a");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void eachGpuGoesItsOwnWay(int count) throws IOException {
    for (int bus = 4; bus < 3 + count; bus++) {
      node.flex170(bus);
    }
    node.agent.monitor.scan();
    node.settle();
    node.kernel.refuse("0000:04:00.0/sriov_numvfs", "", "Input/output error");
    node.allocateVfs("a", 8, 2000);
    node.allocateVfs("b", 2, 2000);

    node.settle();

    node.prepared("a");
    assertThat(node.prepareError("b")).contains("0000:04:00.0", "input/output error");
    node.pass(Duration.ofSeconds(1));
    node.settle();
    node.prepared("b");
    node.settle();
    node.assertAgreement();
  }

  @Test
  void theMetricsCountSuccessesAndFailures() {
    node.kernel.refuse(NUM_VFS, "", "Input/output error");
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.pass(Duration.ofSeconds(1));
    node.settle();
    node.release("a");
    node.settle();

    assertThat(count("gpu.dra.vf.provisionings", "error")).isEqualTo(1);
    assertThat(count("gpu.dra.vf.provisionings", "success")).isEqualTo(1);
    assertThat(count("gpu.dra.vf.removals", "success")).isEqualTo(1);
  }

  private double count(String name, String result) {
    return node.agent.meters.get(name).tags("result", result).counter().count();
  }

  private ClaimAllocation planned(int index, String profile, int memoryMiB) {
    return new ClaimAllocation(List.of(planned(gpu, index, profile, memoryMiB)), "");
  }

  private static AllocatedDevice planned(Gpu parent, int index, String profile, int memoryMiB) {
    return new AllocatedDevice(
        memoryMiB, parent.uid().toString(), profile, "vf", parent.uid().vf(index).toString());
  }

  private Path sysfs(String file) {
    return node.sysfs(gpu, file);
  }

  private static void await(CountDownLatch latch) {
    AgentFixtures.await(latch);
  }

  private static org.awaitility.core.ConditionFactory await() {
    return org.awaitility.Awaitility.await();
  }
}
