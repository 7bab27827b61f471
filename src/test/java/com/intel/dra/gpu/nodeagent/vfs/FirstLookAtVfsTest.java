package com.intel.dra.gpu.nodeagent.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.gpu.structured.OfferedGpu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent that has just started says of GPUs whose VFs it did not make. */
class FirstLookAtVfsTest {

  @TempDir Path root;

  private VfNode node;
  private Gpu gpu;

  @BeforeEach
  void nodeWithAnIdleGpu() throws IOException {
    node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    gpu = node.flex170(3);
    node.start();
  }

  @Test
  void whereThereAreNoVfsNothingIsWaitedFor() {
    assertThat(node.agent.records.isComplete()).as("this agent has recorded something").isFalse();

    assertThat(node.agent.provisioner.haveBeenLookedAt()).isTrue();

    assertThat(offeredVfs()).isInstanceOf(OfferedGpu.Vfs.OnDemand.class);
    assertThat(node.agent.records.isComplete()).as("the GAS was not asked").isFalse();
  }

  /** By a driver that is bound to them later, or from the beginning. */
  @ParameterizedTest
  @ValueSource(strings = {"0", "1"})
  void vfsThatSomebodyElseUsesAreKnownBeforeTheGasIs(String autoprobe) throws IOException {
    node.settle();
    Files.writeString(node.sysfs(gpu, "sriov_drivers_autoprobe"), autoprobe);
    vfsForVirtualMachines();
    node.start();
    assertThat(offeredVfs())
        .as("they seem not to be there")
        .isNotInstanceOf(OfferedGpu.Vfs.Existing.class);

    assertThat(node.agent.provisioner.haveBeenLookedAt()).isTrue();

    assertThat(offeredVfs()).isEqualTo(new OfferedGpu.Vfs.Existing(List.of()));
    node.settle();
    assertThat(offeredVfs()).isEqualTo(new OfferedGpu.Vfs.Existing(List.of()));
  }

  @Test
  void vfsThatSomebodyElseMakesLaterHaveTheGasLookedAt() throws IOException {
    Files.writeString(node.sysfs(gpu, "sriov_drivers_autoprobe"), "0");
    node.agent.monitor.scan();
    node.settle();
    int before = node.informer.signals;
    node.agent.monitor.scan();
    assertThat(node.informer.signals).as("nothing is new").isEqualTo(before);

    vfsForVirtualMachines();
    node.agent.monitor.scan();

    assertThat(node.informer.signals).isGreaterThan(before);
    node.reconcile();
    assertThat(offeredVfs()).isEqualTo(new OfferedGpu.Vfs.Existing(List.of()));
    assertThat(node.gas.now().getSpec().allocatable())
        .as("what is left of the GPU is not known")
        .hasEntrySatisfying(gpu.uid().toString(), offered -> assertThat(offered.memory()).isZero());
  }

  @Test
  void whoseVfsThereAreOnlyTheGasTellsAfterTheRecordWasLost() throws IOException {
    node.settle();
    vfsForVirtualMachines();
    Files.delete(node.config().stateDir().orElseThrow().resolve(VfHostRecords.FILE_NAME));
    node.start();

    assertThat(node.agent.provisioner.haveBeenLookedAt()).isFalse();
    assertThat(node.agent.records.isComplete()).isFalse();

    node.settle();
    assertThat(node.agent.provisioner.haveBeenLookedAt()).isTrue();
    assertThat(offeredVfs()).isEqualTo(new OfferedGpu.Vfs.Existing(List.of()));
  }

  @Test
  void aGpuThatDoesNotAnswerIsWithheld() throws IOException {
    node.settle();
    node.start();
    var answer = new CountDownLatch(1);
    node.agent.beforeLook = _ -> AgentFixtures.await(answer);
    try {
      assertThat(node.agent.provisioner.haveBeenLookedAt()).isTrue();

      assertThat(offeredVfs())
          .isInstanceOfSatisfying(
              OfferedGpu.Vfs.OnDemand.class, vfs -> assertThat(vfs.blocksTheGpu()).isTrue());
    } finally {
      answer.countDown();
    }
  }

  @Test
  void whatIsToBeDoneIsLeftToTheLookAtTheGas() throws IOException {
    Path other = Files.createDirectory(root.resolve("classic"));
    node = VfNode.stepByStep(other);
    gpu = node.flex170(3);
    node.start();
    node.settle();
    node.allocateVfs("a", 1, 2000);
    node.settle();
    node.release("a");
    node.start();
    int writes = node.kernel.writes().size();
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(8);

    assertThat(node.agent.provisioner.haveBeenLookedAt()).isTrue();

    assertThat(node.work()).as("there is something to be done").isFalse();
    assertThat(node.kernel.writes()).hasSize(writes);
    node.settle();
    assertThat(node.kernel.isPlain(gpu)).isTrue();
  }

  private void vfsForVirtualMachines() throws IOException {
    for (int index = 0; index < gpu.maxVfs(); index++) {
      node.kernel.neverShowCardOf(index);
    }
    node.kernel.write(node.sysfs(gpu, "sriov_numvfs"), Integer.toString(gpu.maxVfs()));
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(gpu.maxVfs());
  }

  private OfferedGpu.Vfs offeredVfs() {
    List<OfferedGpu> gpus = node.agent.offer.current().orElseThrow().gpus();
    assertThat(gpus).hasSize(1);
    return gpus.getFirst().vfs();
  }
}
