package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.allocation.Allocator;

/**
 * How many claims of this driver are allocated for one pod, and the message for a pod with more.
 */
public final class PodClaimLimit {

  private PodClaimLimit() {}

  public static boolean areTooMany(int claims) {
    return claims > Allocator.MAX_REQUESTS;
  }

  /** Returns a message for users with the pod, the field, the limit and the remedy. */
  public static String tooMany(String pod, int claims) {
    return ("spec.resourceClaims of pod %s has %d claims of this driver that are not allocated, "
            + "at most %d are allocated for one pod; use fewer claims, each with a higher count, "
            + "or several pods")
        .formatted(pod, claims, Allocator.MAX_REQUESTS);
  }
}
