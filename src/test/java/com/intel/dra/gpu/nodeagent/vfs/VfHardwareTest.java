package com.intel.dra.gpu.nodeagent.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.app.AgentParts;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.gas.TestingGasStore;
import com.intel.dra.gpu.nodeagent.life.TestingLeaseStore;
import com.intel.dra.gpu.nodeagent.life.TheOnlyAgent;
import com.intel.dra.gpu.nodeagent.prepare.TestingStructuredClaims;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.sysfs.sriov.FakeKernel;
import com.intel.dra.gpu.sysfs.sriov.VirtualFunctions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent had decided about a GPU, while another agent of the node prepared claims. */
class VfHardwareTest {

  @TempDir Path root;

  private FakeKernel kernel;
  private Gpu gpu;
  private AgentParts agent;
  private PreparedClaims otherAgentsClaims;
  private VfHardware work;

  @BeforeEach
  void twoAgentsOnANodeWithOneGpu() throws IOException {
    kernel = new FakeKernel(root.resolve("sys"));
    gpu = kernel.add(FakeKernel.Driver.I915, 3, AgentFixtures.FLEX_170, 16_384, 8, 1);
    TestingConfig config = TestingConfig.below(root);
    var virtualFunctions = new VirtualFunctions(kernel.root(), kernel, kernel);
    agent =
        new AgentParts(
            config,
            new TestingGasStore(config),
            new TestingGasInformer(config),
            new TheOnlyAgent(),
            new TestingLeaseStore(),
            AgentFixtures.BOOT,
            virtualFunctions,
            VfThreads.PLATFORM,
            InstantSource.system(),
            DraMode.CLASSIC,
            new TestingStructuredClaims());
    assertThat(agent.monitor.scan()).isTrue();
    agent.prepared.completeFrom(Map.of());
    otherAgentsClaims = PreparedClaims.open(config.stateDir().orElseThrow(), AgentFixtures.BOOT);
    work = new VfHardware(virtualFunctions, agent.records, agent.prepared, agent.monitor, config);
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

    assertThat(work.make(gpu, make())).isEqualTo(new VfHardware.Outcome.Obsolete());

    assertThat(kernel.writes()).isEmpty();
    assertThat(agent.records.find(gpu.uid())).isEmpty();
  }

  @Test
  void onceTheOtherAgentLetGoTheyAreMade() throws Exception {
    theOtherAgentPrepares(new AllocatedDevice(16_384, "", "", "gpu", gpu.uid().toString()));
    assertThat(work.make(gpu, make())).isEqualTo(new VfHardware.Outcome.Obsolete());

    otherAgentsClaims.remove("other");

    assertThat(work.make(gpu, make())).isEqualTo(new VfHardware.Outcome.Made(1));
    assertThat(kernel.numVfs(gpu)).isOne();
    assertThat(agent.records.find(gpu.uid())).get().matches(VfHostRecord::verified);
  }

  @Test
  void vfsThatTheOtherAgentTookIntoUseAreNotRemoved() throws Exception {
    assertThat(work.make(gpu, make())).isEqualTo(new VfHardware.Outcome.Made(1));
    theOtherAgentPrepares(
        new AllocatedDevice(
            16_000, gpu.uid().toString(), "flex170_m1", "vf", gpu.uid().vf(0).toString()));

    assertThat(work.remove(gpu)).isEqualTo(new VfHardware.Outcome.Obsolete());

    assertThat(kernel.numVfs(gpu)).isOne();
    assertThat(agent.records.find(gpu.uid()))
        .as("still in use, and so still verified")
        .get()
        .matches(VfHostRecord::verified);
  }
}
