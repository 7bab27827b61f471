package com.intel.dra.kit.kubelet.api;

/** Identifies the ResourceClaim of a kubelet's call. The UID decides; the names are for people. */
public record ClaimReference(String namespace, String name, String uid) {

  @Override
  public String toString() {
    return "claim %s/%s (%s)".formatted(namespace, name, uid);
  }
}
