package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.Locale;

/** The time at which a claim is to be allocated, as its author chose. */
public enum AllocationMode {
  /** Together with the first pod that uses it, on the node that the scheduler selects. */
  DELAYED,
  /** At once. */
  IMMEDIATE;

  public static AllocationMode of(ResourceClaim claim) {
    return Claims.isImmediate(claim) ? IMMEDIATE : DELAYED;
  }

  /** The label of a metric. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
