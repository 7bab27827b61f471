package com.intel.dra.gpu.nodeagent.app;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocation;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.gas.GasStore;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A watch of the GAS that loses an event. */
class GasLivenessTest {

  @TempDir Path root;

  private @Nullable GpuAllocationState atApiServer = gas("uid-1", 7);
  private boolean answers = true;
  private TestingGasInformer informer;
  private GasLiveness liveness;

  @BeforeEach
  void anAgent() {
    TestingConfig config = TestingConfig.below(root);
    informer = new TestingGasInformer(config);
    informer.gas = atApiServer;
    liveness =
        new GasLiveness(
            new GasStore(NoApiServer.CLIENT, config) {
              @Override
              public Optional<GpuAllocationState> get() {
                if (!answers) {
                  throw new KubernetesClientException("connection refused");
                }
                return Optional.ofNullable(atApiServer);
              }
            },
            informer);
  }

  private static GpuAllocationState gas(String uid, long version) {
    GpuAllocationState gas =
        AgentFixtures.gas(Map.of(), Map.of(), Map.of("claim-" + version, allocation(3)), "Ready");
    gas.getMetadata().setUid(uid);
    gas.getMetadata().setResourceVersion("" + version);
    return gas;
  }

  private Status status() {
    return liveness.call().getStatus();
  }

  @Test
  void aChangeThatIsNeverShownEndsTheAgent() {
    liveness.look();
    atApiServer = gas("uid-1", 10);
    liveness.look();
    assertThat(status()).as("the watch may lag behind").isEqualTo(Status.UP);

    atApiServer = gas("uid-1", 11);
    liveness.look();
    assertThat(status()).isEqualTo(Status.DOWN);
    liveness.look();
    assertThat(status()).as("it does not come and go").isEqualTo(Status.DOWN);

    informer.gas = gas("uid-1", 12);
    liveness.look();
    assertThat(status()).isEqualTo(Status.UP);
  }

  @Test
  void aDeletionThatIsNeverShownEndsTheAgent() {
    atApiServer = null;
    liveness.look();
    liveness.look();

    assertThat(status()).isEqualTo(Status.DOWN);
  }

  @Test
  void aCreationThatIsNeverShownEndsTheAgent() {
    informer.gas = null;
    liveness.look();
    liveness.look();

    assertThat(status()).isEqualTo(Status.DOWN);
  }

  /** As after etcd was restored from a backup: no event comes before the versions are reached. */
  @Test
  void aVersionThatTheApiServerHasNotReachedEndsTheAgent() {
    informer.gas = gas("uid-1", 50);
    liveness.look();
    assertThat(status()).as("the watch may be ahead of the read").isEqualTo(Status.UP);
    liveness.look();

    assertThat(status()).isEqualTo(Status.DOWN);
  }

  @Test
  void whatIsShownLateIsNoHarm() {
    atApiServer = null;
    liveness.look();
    informer.gas = null;
    liveness.look();
    assertThat(status()).isEqualTo(Status.UP);

    for (int version = 10; version < 20; version++) {
      atApiServer = gas("uid-2", version);
      liveness.look();
      informer.gas = atApiServer;
    }
    liveness.look();
    assertThat(status()).isEqualTo(Status.UP);
  }

  @Test
  void anApiServerThatIsAwaySaysNothing() {
    atApiServer = gas("uid-1", 10);
    answers = false;
    liveness.look();
    liveness.look();

    assertThat(status()).isEqualTo(Status.UP);
  }
}
