package com.intel.dra.gpu.nodeagent.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.life.AgentHealth;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanLivenessTest {

  @TempDir Path root;

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void anAgentWhoseLookAtTheGpusDoesNotEndIsNotAlive() {
    TestingConfig config = TestingConfig.below(root);
    var proof = new AgentHealth(Optional::empty, config, () -> now);
    var liveness = new ScanLiveness(proof);

    now = now.plus(AgentHealth.SCAN_PATIENCE);
    assertThat(liveness.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);

    now = now.plus(config.rescanInterval()).plusMillis(1);
    HealthCheckResponse hanging = liveness.call();
    assertThat(hanging.getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
    assertThat(hanging.getData())
        .hasValueSatisfying(
            data -> assertThat(data.get("reason")).asString().contains("look at the GPUs"));

    proof.scanned();
    assertThat(liveness.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
  }
}
