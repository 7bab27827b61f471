package com.intel.dra.gpu.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.sysfs.FakeKernel;
import com.intel.dra.gpu.sysfs.VirtualFunctions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent had decided about a GPU, while another agent of the node prepared claims. */
class VfWorkTest {

  @TempDir Path root;

  private FakeKernel kernel;
  private Gpu gpu;
  private AgentParts agent;
  private PreparedClaims otherAgentsClaims;
  private VfWork work;

  @BeforeEach
  void twoAgentsOnANodeWithOneGpu() throws IOException {
    kernel = new FakeKernel(root.resolve("sys"));
    gpu = kernel.add(FakeKernel.Driver.I915, 3, Fixtures.FLEX_170, 16_384, 8, 1);
    TestingConfig config = TestingConfig.below(root);
    var virtualFunctions = new VirtualFunctions(kernel.root(), kernel, kernel);
    agent =
        new AgentParts(
            config,
            new TestingGasStore(config),
            new TestingGasInformer(config),
            new TheOnlyAgent(),
            new TestingLeaseStore(),
            Fixtures.BOOT,
            virtualFunctions,
            VfThreads.PLATFORM,
            InstantSource.system(),
            DraMode.CLASSIC,
            new TestingStructuredClaims());
    assertThat(agent.monitor.scan()).isTrue();
    otherAgentsClaims = PreparedClaims.open(config.stateDir().orElseThrow(), Fixtures.BOOT);
    work = new VfWork(virtualFunctions, agent.records, agent.prepared, agent.monitor, config);
  }

  private VfHostDecision.Make make() {
    VfProfile profile = gpu.vfProfiles().getLast();
    return new VfHostDecision.Make(profile, 1, VfHostDecision.Remains.NOTHING);
  }

  private void theOtherAgentPrepares(AllocatedDevice device) throws IOException {
    otherAgentsClaims.put(
        "other", new PreparedClaim("default", "claim", List.of(device), List.of()));
  }

  @Test
  void noVfsAreMadeOfAGpuThatTheOtherAgentGaveAwayWhole() throws Exception {
    theOtherAgentPrepares(new AllocatedDevice(16_384, "", "", "gpu", gpu.uid().toString()));

    assertThat(work.make(gpu, make())).isEqualTo(new VfWork.Outcome.Obsolete());

    assertThat(kernel.writes()).isEmpty();
    assertThat(agent.records.find(gpu.uid())).isEmpty();
  }

  @Test
  void onceTheOtherAgentLetGoTheyAreMade() throws Exception {
    theOtherAgentPrepares(new AllocatedDevice(16_384, "", "", "gpu", gpu.uid().toString()));
    assertThat(work.make(gpu, make())).isEqualTo(new VfWork.Outcome.Obsolete());

    otherAgentsClaims.remove("other");

    assertThat(work.make(gpu, make())).isEqualTo(new VfWork.Outcome.Made(1));
    assertThat(kernel.numVfs(gpu)).isOne();
    assertThat(agent.records.find(gpu.uid())).get().matches(MadeVfs::verified);
  }

  @Test
  void vfsThatTheOtherAgentTookIntoUseAreNotRemoved() throws Exception {
    assertThat(work.make(gpu, make())).isEqualTo(new VfWork.Outcome.Made(1));
    theOtherAgentPrepares(
        new AllocatedDevice(
            16_000, gpu.uid().toString(), "flex170_m1", "vf", gpu.uid().vf(0).toString()));

    assertThat(work.remove(gpu)).isEqualTo(new VfWork.Outcome.Obsolete());

    assertThat(kernel.numVfs(gpu)).isOne();
    assertThat(agent.records.find(gpu.uid()))
        .as("still in use, and so still verified")
        .get()
        .matches(MadeVfs::verified);
  }
}
