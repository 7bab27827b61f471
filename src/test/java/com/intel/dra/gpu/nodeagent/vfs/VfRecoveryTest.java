package com.intel.dra.gpu.nodeagent.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.AgentParts;
import com.intel.dra.gpu.nodeagent.app.ProcessLife;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.life.TestingLeaseStore;
import com.intel.dra.gpu.nodeagent.life.TheOnlyAgent;
import com.intel.dra.gpu.nodeagent.prepare.TestingStructuredClaims;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.structured.OfferedGpu;
import com.intel.dra.gpu.sysfs.sriov.VirtualFunctions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** VFs that vanish or are replaced behind the agent's back, and attempts that are cut off. */
class VfRecoveryTest {

  @TempDir Path root;

  private VfNode node;
  private Gpu gpu;

  @BeforeEach
  void nodeWithAVfInUse() throws IOException {
    node = VfNode.stepByStep(root);
    gpu = node.flex170(0xb3);
    node.start();
    node.settle();
    assertThat(node.allocateVfs("a", 1, 4000)).isTrue();
    node.settle();
    node.prepared("a");
    node.settle();
  }

  private void theVfsVanish() throws IOException {
    node.kernel.write(node.sysfs(gpu, "sriov_numvfs"), "0");
    node.agent.monitor.scan();
  }

  private void theAgentDiesBeforeAWriteTo(String file) {
    node.kernel.beforeEachWrite(
        write -> {
          if (write.startsWith(file)) {
            node.kernel.heal();
            throw new ProcessLife.AgentDied();
          }
        });
    node.reconcile();
    assertThat(node.work()).isTrue();
  }

  @Test
  void vfsInUseThatVanishedAreMadeAnewAlthoughThatWasCutOff() throws IOException {
    theVfsVanish();
    theAgentDiesBeforeAWriteTo("");
    int writes = node.kernel.writes().size();

    node.settle();

    node.assertAgreement();
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(4);
    assertThat(node.kernel.writes().size() - writes).isLessThan(100);
    node.prepared("a");
  }

  @Test
  void vfsInUseThatVanishedAreMadeAnewAlthoughAFailureCouldNotBeUndone() throws IOException {
    theVfsVanish();
    node.kernel.refuse("sriov_numvfs", "4", "Input/output error");
    node.kernel.refuse("lmem_quota", "0", "Input/output error");
    node.reconcile();
    assertThat(node.work()).isTrue();
    node.kernel.heal();

    node.pass(Duration.ofMinutes(1));
    node.settle();

    node.assertAgreement();
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(4);
  }

  @Test
  void vfsInUseOfWhichTheAgentDiedBeforeItHadVerifiedThemAreUsed() throws IOException {
    theVfsVanish();
    node.kernel.afterEachWrite(
        write -> {
          if (write.startsWith("sriov_numvfs")) {
            node.kernel.heal();
            throw new ProcessLife.AgentDied();
          }
        });
    node.reconcile();
    assertThat(node.work()).isTrue();
    assertThat(node.agent.records.find(gpu.uid())).get().returns(false, VfHostRecord::verified);
    int writes = node.kernel.writes().size();

    node.settle();

    node.assertAgreement();
    assertThat(node.agent.records.find(gpu.uid())).get().returns(true, VfHostRecord::verified);
    assertThat(node.kernel.writes()).as("they were left as they are").hasSize(writes);
    node.prepared("a");
  }

  @Test
  void vfsOfAnAdministratorInPlaceOfThoseOfTheDriverStay() throws IOException {
    Path driver = node.sysfs(gpu, "driver");
    Path target = Files.readSymbolicLink(driver);
    node.kernel.write(node.sysfs(gpu, "sriov_numvfs"), "0");
    Files.delete(driver);
    node.agent.monitor.scan();
    node.settle();
    node.unprepare("a");
    node.release("a");
    node.settle();
    assertThat(node.agent.records.find(gpu.uid())).as("nobody needs what is gone").isEmpty();

    Files.createSymbolicLink(driver, target);
    vfsForVirtualMachines();
    node.agent.monitor.scan();
    node.settle();

    assertThat(node.kernel.numVfs(gpu)).isEqualTo(4);
  }

  /** Nobody looked in between. */
  @Test
  void vfsThatWereReplacedWhileTheAgentWasAwayStay() throws IOException {
    node.unprepare("a");
    node.release("a");
    node.kernel.write(node.sysfs(gpu, "sriov_numvfs"), "0");
    vfsForVirtualMachines();
    int writes = node.kernel.writes().size();

    node.start();
    node.settle();

    assertThat(node.kernel.numVfs(gpu)).isEqualTo(4);
    assertThat(node.kernel.writes()).hasSize(writes);
    assertThat(node.agent.records.find(gpu.uid())).isEmpty();
  }

  /** As long as they are reserved for VFs, the whole GPU has less. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void quotasOfVfsThatWereReplacedAreTakenBackWhenTheOthersAreGone(boolean restarts)
      throws IOException {
    node.unprepare("a");
    node.release("a");
    node.kernel.removeVfsOf(gpu);
    node.kernel.makeVfsForOthers(gpu, 1, false);
    node.agent.monitor.scan();
    node.settle();
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(1);
    assertThat(node.agent.records.find(gpu.uid())).isEmpty();
    if (restarts) {
      node.start();
      node.settle();
      assertThat(node.kernel.numVfs(gpu)).as("they are an administrator's").isEqualTo(1);
      assertThat(node.agent.records.find(gpu.uid())).isEmpty();
    }

    node.kernel.removeVfsOf(gpu);
    assertThat(node.kernel.isPlain(gpu)).as("quotas are left").isFalse();
    if (restarts) {
      node.start();
    }
    node.agent.monitor.scan();
    node.settle();

    assertThat(node.kernel.isPlain(gpu)).isTrue();
    node.assertAgreement();
  }

  /** The driver took the quotas with it, so those that are there later are an administrator's. */
  @Test
  void quotasThatAnAdministratorSetsAfterTheDriverWasAwayStay() throws IOException {
    node.unprepare("a");
    node.release("a");
    node.kernel.removeVfsOf(gpu);
    node.kernel.makeVfsForOthers(gpu, 1, false);
    node.agent.monitor.scan();
    node.settle();
    node.kernel.unbind(gpu);
    node.agent.devices.replace(List.of());
    node.settle();

    node.kernel.bind(gpu);
    node.kernel.write(node.sysfs(gpu, "drm/card0/prelim_iov/vf1/gt/lmem_quota"), "1073741824");
    int writes = node.kernel.writes().size();
    node.agent.monitor.scan();
    node.settle();

    assertThat(node.kernel.writes()).hasSize(writes);
  }

  @Test
  void quotasOfVfsThatSomebodyRemovedAreTakenBack() throws IOException {
    node.unprepare("a");
    node.release("a");
    theVfsVanish();
    assertThat(node.kernel.isPlain(gpu)).as("quotas are left").isFalse();

    node.settle();

    assertThat(node.kernel.isPlain(gpu)).isTrue();
    node.assertAgreement();
  }

  /** By the kernel's command line or the firmware, say: there is nothing to be removed. */
  @Test
  void aGpuThatLostItsSriovIsWhole() throws IOException {
    node.unprepare("a");
    node.release("a");
    theVfsVanish();
    for (String file : List.of("sriov_numvfs", "sriov_totalvfs")) {
      Files.delete(node.sysfs(gpu, file));
    }
    node.agent.monitor.scan();

    node.settle();

    assertThat(node.agent.hosts.states()).isEmpty();
    assertThat(node.agent.records.find(gpu.uid())).isEmpty();
    assertThat(node.offered()).containsExactly(gpu.uid().toString());
  }

  @Test
  void aRecordOfOtherVfsIsDroppedBeforeTheGasIsLookedAt() throws IOException {
    node.unprepare("a");
    node.release("a");
    node.kernel.removeVfsOf(gpu);
    node.kernel.makeVfsForOthers(gpu, 4, false);
    node.start();
    assertThat(node.agent.records.find(gpu.uid())).isPresent();

    assertThat(node.agent.provisioner.haveBeenLookedAt()).isTrue();

    assertThat(node.agent.records.find(gpu.uid())).isEmpty();
    assertThat(node.agent.hosts.state(gpu.uid())).hasValue(new VfHostState.Occupied());
    assertThat(node.agent.offer.current().orElseThrow().gpus())
        .singleElement()
        .satisfies(
            offered -> assertThat(offered.vfs()).isInstanceOf(OfferedGpu.Vfs.Existing.class));
  }

  @Test
  void vfsThatAreReplacedAfterTheirRemovalWasDecidedStay() throws IOException {
    node.unprepare("a");
    node.release("a");
    node.reconcile();
    node.kernel.write(node.sysfs(gpu, "sriov_numvfs"), "0");
    vfsForVirtualMachines();

    assertThat(node.work()).isTrue();
    node.settle();

    assertThat(node.kernel.numVfs(gpu)).isEqualTo(4);
  }

  private void vfsForVirtualMachines() throws IOException {
    for (int index = 0; index < 4; index++) {
      node.kernel.neverShowCardOf(index);
    }
    node.kernel.write(node.sysfs(gpu, "sriov_numvfs"), "4");
  }

  @Test
  void aThreadThatCannotBeStartedIsAnAttemptThatFailed() throws IOException {
    theVfsVanish();
    var failing = new AtomicInteger(1);
    var now = new AtomicReference<>(Instant.EPOCH);
    InstantSource clock = now::get;
    var agent =
        new AgentParts(
            node.config(),
            node.gas,
            new TestingGasInformer(node.config()),
            new TheOnlyAgent(),
            new TestingLeaseStore(),
            node.boot(),
            new VirtualFunctions(node.kernel.root(), node.kernel, node.kernel),
            (_, work) -> {
              if (failing.getAndDecrement() > 0) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              work.run();
            },
            clock,
            DraMode.CLASSIC,
            new TestingStructuredClaims());
    agent.monitor.scan();
    agent.desired.setServing(true);

    agent.reconciler.reconcile(node.gas.now());
    assertThat(agent.hosts.state(gpu.uid()))
        .get()
        .isInstanceOfSatisfying(
            VfHostState.MakingFailed.class,
            failed -> assertThat(failed.failure().message()).contains("native thread"));

    now.updateAndGet(time -> time.plusSeconds(1));
    agent.reconciler.reconcile(node.gas.now());
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(4);
    assertThat(agent.hosts.states()).isEmpty();
  }

  @Test
  void aGpuThatAppearsLaterIsNotFreeBeforeItsVfsWereLookedAt() throws IOException {
    node = VfNode.stepByStep(root.resolve("structured"), DraMode.STRUCTURED);
    node.flex170(3);
    node.start();
    node.settle();
    assertThat(node.agent.provisioner.haveBeenLookedAt()).isTrue();
    gpu = node.flex170(4);
    vfsForVirtualMachines();
    node.agent.monitor.scan();

    assertThat(node.agent.provisioner.haveBeenLookedAt()).isTrue();

    assertThat(node.agent.offer.current().orElseThrow().gpus())
        .filteredOn(offered -> offered.gpu().uid().equals(gpu.uid()))
        .singleElement()
        .satisfies(
            offered -> assertThat(offered.vfs()).isInstanceOf(OfferedGpu.Vfs.Existing.class));
  }

  /** Decided and carried out do not agree, as with another agent in between. */
  @Test
  void attemptsOfNoUseWaitForEachOther() {
    var now = new AtomicReference<>(Instant.EPOCH);
    var useless = new UselessAttempts(now::get);
    int attempts = 0;
    for (int second = 0; second < 600; second++) {
      if (!useless.mustWait(gpu.uid())) {
        attempts++;
        useless.add(gpu.uid());
      }
      assertThat(useless.untilNext()).isPresent();
      now.updateAndGet(time -> time.plusSeconds(1));
    }
    assertThat(attempts).isLessThan(20);
    useless.forget(gpu.uid());
    assertThat(useless.mustWait(gpu.uid())).isFalse();
  }
}
