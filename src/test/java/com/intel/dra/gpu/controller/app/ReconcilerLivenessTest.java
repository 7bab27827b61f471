package com.intel.dra.gpu.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.metrics.Reconciliations;
import com.intel.dra.kit.time.SettableClock;
import io.javaoperatorsdk.operator.api.monitoring.Metrics.ControllerExecution;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class ReconcilerLivenessTest {

  private final SettableClock clock = new SettableClock();
  private final Reconciliations reconciliations =
      new Reconciliations(Meters.ofController(new SimpleMeterRegistry()), List.of("claim"), clock);
  private final ReconcilerLiveness liveness = new ReconcilerLiveness(reconciliations);

  @Test
  void aLookThatDoesNotEndIsToldAndOneThatEndedIsNot() throws Exception {
    Status during =
        look(
            () -> {
              pass(ReconcilerLiveness.LONGEST_LOOK);
              assertThat(liveness.call().getStatus()).isEqualTo(Status.UP);
              pass(Duration.ofSeconds(1));
              return liveness.call().getStatus();
            });

    assertThat(during).isEqualTo(Status.DOWN);
    assertThat(liveness.call().getStatus()).isEqualTo(Status.UP);
  }

  @Test
  void otherLooksThatEndDoNotHideOneThatDoesNot() throws Exception {
    Status during =
        look(
            () -> {
              pass(ReconcilerLiveness.LONGEST_LOOK.plusSeconds(1));
              look(() -> Status.UP);
              return liveness.call().getStatus();
            });

    assertThat(during).isEqualTo(Status.DOWN);
  }

  private void pass(Duration time) {
    clock.add(time);
  }

  private Status look(Supplier<Status> body) {
    try {
      return reconciliations.timeControllerExecution(
          new ControllerExecution<Status>() {
            @Override
            public String name() {
              return "reconcile";
            }

            @Override
            public String controllerName() {
              return "claim";
            }

            @Override
            public String successTypeName(Status result) {
              return result.name();
            }

            @Override
            public ResourceID resourceID() {
              return new ResourceID("c", "default");
            }

            @Override
            public Map<String, Object> metadata() {
              return Map.of();
            }

            @Override
            public Status execute() {
              return body.get();
            }
          });
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
