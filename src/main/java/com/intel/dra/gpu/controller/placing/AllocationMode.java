package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.Locale;

/** When a claim is to be allocated, as its author chose. */
public enum AllocationMode {
  /** With the first pod that uses it, on the node that the scheduler selects. */
  DELAYED,
  /** At once. */
  IMMEDIATE;

  public static AllocationMode of(ResourceClaim claim) {
    return Claims.isImmediate(claim) ? IMMEDIATE : DELAYED;
  }

  /** For a metric's label. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
