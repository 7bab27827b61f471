package com.intel.dra.gpu.controller.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.PodSchedulingGate;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequirements;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceConstraint;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceSelector;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceSubRequest;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceToleration;
import io.fabric8.kubernetes.api.model.resource.v1.ExactDeviceRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Adds up the characters of a specification, and some for each of its parts. */
final class KeptSize {

  private static final long A_PART = 32;

  private long characters;

  private KeptSize() {}

  static long of(PodSpec pod) {
    var size = new KeptSize();
    size.add(pod.getNodeName());
    size.add(pod.getNodeSelector());
    for (PodResourceClaim claim : pod.getResourceClaims()) {
      size.add(claim.getName());
      size.add(claim.getResourceClaimName());
      size.add(claim.getResourceClaimTemplateName());
    }
    for (Toleration toleration : pod.getTolerations()) {
      size.add(
          toleration.getKey(),
          toleration.getOperator(),
          toleration.getValue(),
          toleration.getEffect());
    }
    ofContainers(pod.getInitContainers(), size);
    ofContainers(pod.getContainers(), size);
    for (PodSchedulingGate gate : pod.getSchedulingGates()) {
      size.add(gate.getName());
    }
    if (pod.getAffinity() != null && pod.getAffinity().getNodeAffinity() != null) {
      size.add(
          pod.getAffinity().getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution());
    }
    return size.characters;
  }

  private static void ofContainers(List<Container> containers, KeptSize size) {
    for (Container container : containers) {
      size.add(container.getName());
      size.add(container.getRestartPolicy());
      if (container.getResources() != null && container.getResources().getRequests() != null) {
        container
            .getResources()
            .getRequests()
            .forEach(
                (name, amount) -> {
                  size.add(name);
                  size.add(amount.getAmount());
                });
      }
    }
  }

  static long of(DeviceClaim claim) {
    var size = new KeptSize();
    for (DeviceRequest request : claim.getRequests()) {
      size.add(request.getName());
      size.add(request.getAdditionalProperties());
      if (request.getExactly() != null) {
        size.add(request.getExactly());
      }
      request.getFirstAvailable().forEach(size::add);
    }
    for (DeviceConstraint constraint : claim.getConstraints()) {
      size.add(constraint.getMatchAttribute());
      size.add(constraint.getDistinctAttribute());
      size.add(constraint.getRequests());
      size.add(constraint.getAdditionalProperties());
    }
    size.add(claim.getAdditionalProperties());
    return size.characters;
  }

  /** Of a toleration, of taints of nodes or of devices. */
  private void add(
      @Nullable String key,
      @Nullable String operator,
      @Nullable String value,
      @Nullable String effect) {
    add(key);
    add(operator);
    add(value);
    add(effect);
  }

  private void add(ExactDeviceRequest request) {
    add(
        request.getDeviceClassName(),
        request.getAllocationMode(),
        request.getSelectors(),
        request.getTolerations(),
        request.getCapacity());
    add(request.getAdditionalProperties());
  }

  private void add(DeviceSubRequest request) {
    add(request.getName());
    add(
        request.getDeviceClassName(),
        request.getAllocationMode(),
        request.getSelectors(),
        request.getTolerations(),
        request.getCapacity());
    add(request.getAdditionalProperties());
  }

  private void add(
      @Nullable String deviceClass,
      @Nullable String mode,
      List<DeviceSelector> selectors,
      List<DeviceToleration> tolerations,
      @Nullable CapacityRequirements capacity) {
    add(deviceClass);
    add(mode);
    for (DeviceSelector selector : selectors) {
      add(selector.getCel() == null ? null : selector.getCel().getExpression());
    }
    for (DeviceToleration toleration : tolerations) {
      add(
          toleration.getKey(),
          toleration.getOperator(),
          toleration.getValue(),
          toleration.getEffect());
    }
    if (capacity != null && capacity.getRequests() != null) {
      capacity
          .getRequests()
          .forEach(
              (name, amount) -> {
                add(name);
                add(amount.getAmount());
              });
    }
  }

  private void add(@Nullable NodeSelector selector) {
    if (selector == null) {
      return;
    }
    for (NodeSelectorTerm term : selector.getNodeSelectorTerms()) {
      characters += A_PART;
      term.getMatchExpressions().forEach(this::add);
      term.getMatchFields().forEach(this::add);
    }
  }

  private void add(NodeSelectorRequirement requirement) {
    add(requirement.getKey());
    add(requirement.getOperator());
    add(requirement.getValues());
  }

  /** Texts, and what JSON makes of fields that the model does not know. */
  private void add(@Nullable Object value) {
    switch (value) {
      case String text -> characters += A_PART + text.length();
      case List<?> list -> list.forEach(this::add);
      case Map<?, ?> map ->
          map.forEach(
              (name, one) -> {
                add(name);
                add(one);
              });
      case null, default -> characters += A_PART;
    }
  }
}
