package com.intel.dra.gpu.kubelet;

/** Which ResourceClaim the kubelet speaks of. The UID decides; the names are for people. */
public record ClaimReference(String namespace, String name, String uid) {

  @Override
  public String toString() {
    return "claim %s/%s (%s)".formatted(namespace, name, uid);
  }
}
