package com.intel.dra.gpu.allocation;

import java.util.Locale;
import java.util.Optional;

/**
 * Not all claims fit the node, so none is placed.
 *
 * @param claimUid the claim that does not fit even alone; empty if the claims only do not fit
 *     together
 * @param message a sentence for people, with the figures
 */
public record Refusal(Reason reason, Optional<String> claimUid, String message)
    implements Decision {

  /** The reasons; few and fixed, so that they can label a metric. */
  public enum Reason {
    /** The node has no device of the requested type, or none that the class allows. */
    NO_MATCHING_DEVICE,
    /** The node has such devices, but the claim requests more than other claims leave open. */
    NOT_ENOUGH_DEVICES,
    /** Too many of the GPUs are split into VFs, or will be. */
    DEVICES_ARE_VF_HOSTS,
    /** Too few of the devices have as much free memory as the claim requests. */
    NOT_ENOUGH_MEMORY,
    /** VFs of that size are possible here, but too few are free or can be made now. */
    NOT_ENOUGH_FREE_VFS,
    /** Each claim fits alone, but not all of the pod's claims together. */
    CLAIMS_DO_NOT_FIT_TOGETHER,
    /** The search was ended before it had tried every way to place the pod's claims together. */
    TOO_MANY_COMBINATIONS;

    /** The metric label, such as {@code not_enough_memory}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
