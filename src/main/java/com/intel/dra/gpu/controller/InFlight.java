package com.intel.dra.gpu.controller;

import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/**
 * The claims whose allocation or release is under way in this process. What the node's record and
 * the claim's status say of them may differ for a moment, so the audit leaves them alone; and no
 * claim is worked on twice at a time, as two pods that share one would have it. Losing this at a
 * restart is right: then nothing is under way.
 */
@Singleton
@IfBuildProfile("controller")
class InFlight {

  private final Set<String> claimUids = new HashSet<>();

  /** Takes all of them, or none when one is taken already. */
  synchronized boolean tryEnter(Collection<String> uids) {
    if (!Collections.disjoint(claimUids, uids)) {
      return false;
    }
    claimUids.addAll(uids);
    return true;
  }

  synchronized void leave(Collection<String> uids) {
    claimUids.removeAll(uids);
  }

  synchronized boolean contains(String claimUid) {
    return claimUids.contains(claimUid);
  }
}
