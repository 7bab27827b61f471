package com.intel.dra.gpu.nodeagent.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The record of VFs was lost, and a GPU did not answer before the agent was restarted. */
class LostVfRecordRestartTest {

  @TempDir Path root;

  private static ClaimAllocation oneVfOf(Gpu gpu) {
    return new ClaimAllocation(
        List.of(
            new AllocatedDevice(
                2000, gpu.uid().toString(), "flex170_m8", "vf", gpu.uid().vf(0).toString())),
        "");
  }

  @Test
  void aLostRecordWaitsForTheGpusThatDoNotAnswerAlsoAfterARestart() throws IOException {
    VfNode node = VfNode.stepByStep(root);
    Gpu hangs = node.flex170(3);
    Gpu answers = node.flex170(4);
    node.start();
    node.settle();
    node.gas.allocate("a", oneVfOf(hangs));
    node.gas.allocate("b", oneVfOf(answers));
    node.settle();
    assertThat(node.kernel.numVfs(hangs)).isEqualTo(8);
    assertThat(node.kernel.numVfs(answers)).isEqualTo(8);

    Files.delete(node.config().stateDir().orElseThrow().resolve(VfHostRecords.FILE_NAME));
    node.start();
    var end = new CountDownLatch(1);
    node.agent.beforeLook =
        looked -> {
          if (looked.uid().equals(hangs.uid())) {
            AgentFixtures.await(end);
          }
        };
    try {
      node.reconcile();
      assertThat(node.agent.records.isComplete()).isFalse();
      assertThat(node.agent.records.find(answers.uid())).as("written meanwhile").isPresent();
    } finally {
      end.countDown();
    }

    node.start(); // an upgrade, or the liveness probe; the GPU answers now
    node.settle();
    assertThat(node.agent.records.find(hangs.uid())).as("they are ours").isPresent();

    node.gas.release("a");
    node.gas.release("b");
    node.settle();
    assertThat(node.kernel.isPlain(answers)).isTrue();
    assertThat(node.kernel.isPlain(hangs)).as("no VF without an owner").isTrue();
  }
}
