package com.intel.dra.gpu.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class ReconciliationsTest {

  private static final Map<String, Object> CLAIM = Map.of(Constants.CONTROLLER_NAME, "claim");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Reconciliations reconciliations =
      new Reconciliations(Meters.ofController(registry), List.of("claim", "gas"));

  @Test
  void whatWaitsIsQueuedAndWhatIsLookedAtRuns() throws Exception {
    reconciliations.reconciliationSubmitted(new Pod(), null, CLAIM);
    reconciliations.reconciliationSubmitted(new Pod(), null, CLAIM);
    assertThat(gauge("gpu.dra.reconciliations.queued")).isEqualTo(2);

    String result =
        reconciliations.timeControllerExecution(
            look(
                () -> {
                  assertThat(gauge("gpu.dra.reconciliations.queued")).isEqualTo(1);
                  assertThat(gauge("gpu.dra.reconciliations.running")).isEqualTo(1);
                  return "done";
                }));
    reconciliations.reconciliationFinished(new Pod(), null, CLAIM);

    assertThat(result).isEqualTo("done");
    assertThat(gauge("gpu.dra.reconciliations.queued")).isEqualTo(1);
    assertThat(gauge("gpu.dra.reconciliations.running")).isZero();
    assertThat(looks("success")).isEqualTo(1);
  }

  /** This happens if the object is deleted before a thread is free. */
  @Test
  void whatEndsWithoutALookDoesNotStayInTheQueue() {
    reconciliations.reconciliationSubmitted(new Pod(), null, CLAIM);
    reconciliations.reconciliationFinished(new Pod(), null, CLAIM);

    assertThat(gauge("gpu.dra.reconciliations.queued")).isZero();
    assertThat(looks("success")).isZero();
  }

  @Test
  void failuresAndRetriesCount() {
    assertThatThrownBy(
            () ->
                reconciliations.timeControllerExecution(
                    look(
                        () -> {
                          throw new IOException("no");
                        })))
        .isInstanceOf(IOException.class);
    reconciliations.reconciliationSubmitted(new Pod(), new SecondAttempt(), CLAIM);

    assertThat(looks("error")).isEqualTo(1);
    assertThat(gauge("gpu.dra.reconciliations.running")).isZero();
    assertThat(
            registry
                .get("gpu.dra.reconciliation.retries")
                .tag("reconciler", "claim")
                .counter()
                .count())
        .isEqualTo(1);
  }

  private double gauge(String name) {
    return registry.get(name).tag("reconciler", "claim").gauge().value();
  }

  private long looks(String result) {
    return registry
        .get("gpu.dra.reconciliation.duration")
        .tags("reconciler", "claim", "result", result)
        .timer()
        .count();
  }

  private record SecondAttempt() implements RetryInfo {

    @Override
    public int getAttemptCount() {
      return 1;
    }

    @Override
    public boolean isLastAttempt() {
      return false;
    }
  }

  private static <T> Metrics.ControllerExecution<T> look(Callable<T> work) {
    return new Metrics.ControllerExecution<>() {
      @Override
      public String name() {
        return "reconcile";
      }

      @Override
      public String controllerName() {
        return "claim";
      }

      @Override
      public String successTypeName(T result) {
        return "";
      }

      @Override
      public ResourceID resourceID() {
        return new ResourceID("pod");
      }

      @Override
      public Map<String, Object> metadata() {
        return CLAIM;
      }

      @Override
      public T execute() throws Exception {
        return work.call();
      }
    };
  }
}
