package com.intel.dra.gpu.controller.explaining;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.explain.search.TaintRule;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TaintRulesTest {

  private static Optional<TaintRule> rule(String specification) {
    return TaintRules.read(
        Serialization.unmarshal(
            "---\n{apiVersion: resource.k8s.io/v1, kind: DeviceTaintRule, metadata: {name: drain}, spec: {%s}}"
                .formatted(specification),
            GenericKubernetesResource.class));
  }

  @Test
  void aRuleForADevice() {
    TaintRule rule =
        rule("deviceSelector: {driver: gpu.intel.com, pool: n1, device: g1},"
                + " taint: {key: bad, value: v, effect: NoSchedule}")
            .orElseThrow();
    assertThat(rule.name()).isEqualTo("drain");
    assertThat(rule.driver()).contains("gpu.intel.com");
    assertThat(rule.pool()).contains("n1");
    assertThat(rule.device()).contains("g1");
    assertThat(rule.taint().getKey()).isEqualTo("bad");
    assertThat(rule.taint().getValue()).isEqualTo("v");
    assertThat(rule.taint().getEffect()).isEqualTo("NoSchedule");
  }

  @Test
  void anEmptySelectorIsForAllDevicesAndNoneIsForNone() {
    assertThat(rule("deviceSelector: {}, taint: {key: bad, effect: NoSchedule}"))
        .hasValueSatisfying(
            rule -> {
              assertThat(rule.driver()).isEmpty();
              assertThat(rule.pool()).isEmpty();
              assertThat(rule.device()).isEmpty();
            });
    assertThat(rule("taint: {key: bad, effect: NoSchedule}")).isEmpty();
  }
}
