package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Forgets prepared claims that have had no allocation for long enough. It waits because the
 * containers of a pod that was deleted by force may still be ending.
 */
final class ForgottenClaims {

  private static final Logger LOG = Logger.getLogger(ForgottenClaims.class);

  private final PreparedClaims prepared;
  private final GasInformer gas;
  private final Duration patience;
  private final InstantSource clock;
  private final Map<String, Instant> notAllocatedSince = new HashMap<>();

  ForgottenClaims(
      PreparedClaims prepared, GasInformer gas, AgentConfig config, InstantSource clock) {
    this.prepared = prepared;
    this.gas = gas;
    this.patience = config.abandonedClaimsAfter();
    this.clock = clock;
  }

  /** Call this when allocations are not known: each claim then counts as allocated. */
  void allAreAllocated() {
    notAllocatedSince.clear();
  }

  /** The claim is allocated, or may be. If it is not later, its time begins anew. */
  void isAllocated(String uid) {
    notAllocatedSince.remove(uid);
  }

  /** Drops the times of all claims but these. */
  void onlyThese(Collection<String> uids) {
    notAllocatedSince.keySet().retainAll(uids);
  }

  /** The claim has no allocation now. Returns whether it has had none for long enough. */
  boolean isDue(String uid) {
    Instant now = clock.instant();
    return !now.isBefore(notAllocatedSince.computeIfAbsent(uid, _ -> now).plus(patience));
  }

  /**
   * Forgets the claim, unless the kubelet has prepared it again since it was judged. The claim was
   * allocated again then, perhaps with the same devices.
   *
   * @param claim the record that was judged
   * @param since {@link PreparedClaims#recordings} before it was asked whether the claim is
   *     allocated
   */
  void forget(String uid, PreparedClaim claim, long since) throws IOException {
    notAllocatedSince.remove(uid);
    if (prepared.removeUnchanged(uid, claim, since)) {
      LOG.warnf(
          "Removed the record of claim %s/%s (%s), which the kubelet has not unprepared: it had no allocation for"
              + " %s",
          claim.namespace(), claim.name(), uid, patience);
      gas.reconcileSoon();
    }
  }
}
