package com.intel.dra.gpu.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;

class ControllerReadinessTest {

  private static Map<String, Object> data(HealthCheckResponse response) {
    assertThat(response.getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
    return response.getData().orElseThrow();
  }

  @Test
  void theExplainerIsReadyAndSaysWhatItMayNotRead() {
    assertThat(data(ControllerReadiness.structured(true, List.of("pods", "resourceslices"))))
        .containsEntry("no right to list and watch", "pods, resourceslices");
  }

  @Test
  void withAllRightsItSaysOnlyWhatItIsFor() {
    assertThat(data(ControllerReadiness.structured(true, List.of()))).containsOnlyKeys("mode");
  }
}
