package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.GpuAllocationState;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Forgets prepared claims that the kubelet will never unprepare. Kubelets of 1.27 do not if the
 * claim is gone first (a pod that was deleted by force), those of 1.28 and later if they lost the
 * claim from their cache. Such a claim would hold its devices until the node reboots.
 *
 * <p>A claim is forgotten when it has had no allocation in the GAS for as long as the settings say,
 * and the API server confirms that it is gone, or another one of that name, or not allocated. The
 * time is for the containers of a pod that was deleted by force, which may still be ending.
 */
@Singleton
class AbandonedClaims {

  private static final Logger LOG = Logger.getLogger(AbandonedClaims.class);

  private final PreparedClaims prepared;
  private final GasInformer gas;
  private final ClaimStore claims;
  private final Duration patience;
  private final InstantSource clock;
  private final Map<String, Instant> withoutAllocationSince = new HashMap<>();

  @Inject
  AbandonedClaims(
      PreparedClaims prepared,
      GasInformer gas,
      ClaimStore claims,
      AgentConfig config,
      InstantSource clock) {
    this.prepared = prepared;
    this.gas = gas;
    this.claims = claims;
    this.patience = config.abandonedClaimsAfter();
    this.clock = clock;
  }

  /** To be called again and again. May block on the API server. */
  synchronized void forget() {
    Optional<GpuAllocationState> current = gas.current();
    if (current.isEmpty()) {
      withoutAllocationSince.clear(); // nothing is known of allocations
      return;
    }
    Set<String> allocated = current.get().getSpec().resourceClaimAllocations().keySet();
    Map<String, PreparedClaim> candidates = new HashMap<>(prepared.all());
    candidates.keySet().removeAll(allocated);
    withoutAllocationSince.keySet().retainAll(candidates.keySet());
    Instant now = clock.instant();
    candidates.forEach(
        (uid, claim) -> {
          Instant since = withoutAllocationSince.computeIfAbsent(uid, _ -> now);
          if (!now.isBefore(since.plus(patience))) {
            forget(uid, claim);
          }
        });
  }

  private void forget(String uid, PreparedClaim claim) {
    withoutAllocationSince.remove(uid); // if it stays, the time begins anew
    try {
      if (claims.mayBeInUse(uid, claim)) {
        return;
      }
      if (prepared.remove(uid)) {
        LOG.warnf(
            "Forgot claim %s/%s (%s), which the kubelet has not unprepared: it had no allocation for %s",
            claim.namespace(), claim.name(), uid, patience);
        gas.reconcileSoon();
      }
    } catch (KubernetesClientException | IOException e) {
      LOG.warnf(
          "Claim %s/%s (%s) has no allocation, but could not be forgotten yet: %s",
          claim.namespace(), claim.name(), uid, e.getMessage());
    }
  }
}
