package com.intel.dra.gpu.controller.explaining;

import com.intel.dra.gpu.explain.search.TaintRule;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaintBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Map;
import java.util.Optional;

/** Reads the rules by which administrators taint devices. The client's model does not know v1. */
final class TaintRules {

  static final String KIND = "devicetaintrules";

  /** The first release, 1.x, that serves v1; there the scheduler follows the rules by default. */
  static final int FIRST_MINOR = 37;

  private TaintRules() {}

  static ResourceDefinitionContext kind() {
    return new ResourceDefinitionContext.Builder()
        .withGroup("resource.k8s.io")
        .withVersion("v1")
        .withKind("DeviceTaintRule")
        .withPlural(KIND)
        .withNamespaced(false)
        .build();
  }

  /** Returns the rule; without a selector it taints nothing. */
  static Optional<TaintRule> read(GenericKubernetesResource object) {
    if (!(object.getAdditionalProperties().get("spec") instanceof Map<?, ?> spec)
        || !(spec.get("deviceSelector") instanceof Map<?, ?> selector)
        || !(spec.get("taint") instanceof Map<?, ?> taint)) {
      return Optional.empty();
    }
    return Optional.of(
        new TaintRule(
            object.getMetadata().getName(),
            text(selector, "driver"),
            text(selector, "pool"),
            text(selector, "device"),
            taint(taint)));
  }

  private static DeviceTaint taint(Map<?, ?> fields) {
    return new DeviceTaintBuilder()
        .withKey(text(fields, "key").orElse(""))
        .withValue(text(fields, "value").orElse(""))
        .withEffect(text(fields, "effect").orElse(""))
        .build();
  }

  private static Optional<String> text(Map<?, ?> fields, String name) {
    return fields.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }
}
