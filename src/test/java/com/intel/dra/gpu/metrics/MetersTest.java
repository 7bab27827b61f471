package com.intel.dra.gpu.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetersTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Meters agent = Meters.ofAgent(registry, "node1");

  @Test
  void whatIsKnownBeforehandIsThereFromTheStart() {
    var _ = agent.counters(Metric.PREPARE_REQUESTS, List.of("v1", "v1beta1"), List.of("success"));

    assertThat(registry.find("gpu.dra.prepare.requests").counters())
        .hasSize(2)
        .allSatisfy(counter -> assertThat(counter.count()).isZero())
        .allSatisfy(counter -> assertThat(counter.getId().getTag("node")).isEqualTo("node1"));
  }

  @Test
  void counts() {
    Meters.Counters counters = agent.counters(Metric.VF_REMOVALS, List.of("success", "error"));

    counters.increment("error");
    counters.increment("error");

    assertThat(registry.get("gpu.dra.vf.removals").tag("result", "error").counter().count())
        .isEqualTo(2);
  }

  @Test
  void measures() {
    agent
        .durations(Metric.VF_REMOVAL_DURATION, List.of("success"))
        .record(Duration.ofMillis(1500), "success");

    assertThat(
            registry
                .get("gpu.dra.vf.removal.duration")
                .timer()
                .totalTime(java.util.concurrent.TimeUnit.SECONDS))
        .isEqualTo(1.5);
  }

  @Test
  void nothingBesideTheCatalogueCanBeMade() {
    assertThatIllegalArgumentException()
        .as("another application's")
        .isThrownBy(() -> agent.gauge(Metric.LEADER, () -> 1));
    assertThatIllegalArgumentException()
        .as("another type")
        .isThrownBy(() -> agent.counters(Metric.PREPARED_CLAIMS));
    assertThatIllegalArgumentException()
        .as("without its label")
        .isThrownBy(() -> agent.gauge(Metric.GPUS, () -> 1));
  }
}
