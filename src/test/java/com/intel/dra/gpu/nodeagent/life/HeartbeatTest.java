package com.intel.dra.gpu.nodeagent.life;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gas;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gpu;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.AgentParts;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.gas.GasFields;
import com.intel.dra.gpu.nodeagent.gas.GasPatch;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.gas.TestingGasStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an agent shows that it works, and what its GAS says meanwhile. */
class HeartbeatTest {

  @TempDir Path root;

  private final TestingLeaseStore leases = new TestingLeaseStore();
  private TestingGasStore store;
  private AgentParts parts;

  @BeforeEach
  void agentWithOneGpu() throws IOException {
    var config = TestingConfig.below(root);
    store = new TestingGasStore(config);
    var informer =
        new TestingGasInformer(config) {
          @Override
          public Optional<com.intel.dra.gpu.api.GpuAllocationState> current() {
            return store.get();
          }
        };
    parts = new AgentParts(config, store, informer, new TheOnlyAgent(), leases);
    parts.devices.replace(List.of(gpu(3)));
    parts.desired.setServing(true);
  }

  private String reconciledStatus() throws IOException {
    parts.reconciler.reconcile(store.now());
    return store.now().getStatus();
  }

  /** Sets the GAS to NotReady, as the controller does if it takes the agent for dead. */
  private void setNotReady() {
    store.patch(
        store.now(),
        GasPatch.between(
                store.now(),
                new GasFields(Optional.empty(), Optional.empty(), Optional.empty(), "NotReady"))
            .orElseThrow());
  }

  @Test
  void aGasIsReadyOnlyAfterTheLeaseWasRenewed() throws IOException {
    leases.setReachable(false);
    assertThat(reconciledStatus()).isEqualTo("NotReady");

    leases.setReachable(true);
    assertThat(reconciledStatus()).isEqualTo("Ready");
    assertThat(leases.renewals()).isEqualTo(1);
  }

  @Test
  void whatTheControllerWroteIsSetRight() throws IOException {
    assertThat(reconciledStatus()).isEqualTo("Ready");
    setNotReady();

    assertThat(reconciledStatus()).isEqualTo("Ready");
    assertThat(leases.renewals()).as("the Lease still holds").isEqualTo(1);
  }

  /**
   * Otherwise the controller would see a Ready that it takes for wrong and correct it, again and
   * again.
   */
  @Test
  void anAgentThatWasCutOffRenewsBeforeItSetsTheGasRight() throws IOException {
    assertThat(reconciledStatus()).isEqualTo("Ready");
    leases.setReachable(false);
    parts.uptime.add(Duration.ofSeconds(41));
    parts.proof.scanned();
    setNotReady();
    assertThat(reconciledStatus()).isEqualTo("NotReady");

    leases.setReachable(true);
    assertThat(reconciledStatus()).isEqualTo("Ready");
    assertThat(leases.renewals()).isEqualTo(2);
  }

  @Test
  void whileTheApiServerIsAwayAGasStaysReady() throws IOException {
    assertThat(reconciledStatus()).isEqualTo("Ready");
    leases.setReachable(false);
    for (int beat = 0; beat < 12; beat++) {
      parts.uptime.add(Duration.ofSeconds(10));
      parts.proof.scanned();
      parts.heartbeat.beat();
    }

    assertThat(reconciledStatus()).isEqualTo("Ready");
  }

  @Test
  void anAgentWhoseLookAtTheGpusHangsIsSilentAndSaysSo() throws IOException {
    assertThat(reconciledStatus()).isEqualTo("Ready");
    parts.uptime.add(Duration.ofSeconds(31));
    parts.heartbeat.beat();

    assertThat(leases.renewals()).isEqualTo(1);
    assertThat(reconciledStatus()).isEqualTo("NotReady");

    parts.proof.scanned();
    parts.heartbeat.beat();
    assertThat(leases.renewals()).isEqualTo(2);
    assertThat(reconciledStatus()).isEqualTo("Ready");
  }

  @Test
  void anAgentThatTheKubeletCannotCallIsSilentAndSaysSo() throws IOException {
    assertThat(reconciledStatus()).isEqualTo("Ready");
    parts.socketDefect = Optional.of("UNAVAILABLE");
    parts.heartbeat.beat();
    parts.heartbeat.beat();

    assertThat(leases.renewals()).isEqualTo(1);
    assertThat(reconciledStatus()).isEqualTo("NotReady");

    parts.socketDefect = Optional.empty();
    assertThat(reconciledStatus()).as("the GAS is looked at first").isEqualTo("Ready");
  }

  @Test
  void inStructuredModeNoLeaseIsKept() {
    var heartbeat =
        new Heartbeat(
            parts.proof,
            new LeaseStatus(parts.uptime, DraMode.STRUCTURED),
            leases,
            new TestingGasInformer(TestingConfig.below(root)));
    heartbeat.showLifeBeforeReady(gas(Map.of(), Map.of(), Map.of(), "NotReady"));

    assertThat(leases.renewals()).isZero();
  }
}
