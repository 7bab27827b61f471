package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Forgets prepared claims that the kubelet will never unprepare. A kubelet of 1.26 forgets at its
 * restart what it prepared. One of 1.27 does not unprepare a claim that is gone first (its pod was
 * deleted by force), and one of 1.28 or later does not if it lost the claim from its cache. Such a
 * claim would hold its devices until the node reboots.
 *
 * <p>A claim is forgotten when it has had no allocation in the GAS for as long as the settings say,
 * and the API server confirms that the claim is gone, has another UID, or is not allocated.
 */
@Singleton
public class ClassicAbandonedClaims {

  private static final Logger LOG = Logger.getLogger(ClassicAbandonedClaims.class);

  private final PreparedClaims prepared;
  private final GasInformer gas;
  private final ClassicClaims claims;
  private final ForgottenClaims forgotten;

  @Inject
  public ClassicAbandonedClaims(
      PreparedClaims prepared,
      GasInformer gas,
      ClassicClaims claims,
      AgentConfig config,
      InstantSource clock) {
    this.prepared = prepared;
    this.gas = gas;
    this.claims = claims;
    this.forgotten = new ForgottenClaims(prepared, gas, config, clock);
  }

  /** Call this periodically. It may block on the API server. */
  public synchronized void forget() {
    long since = prepared.recordings();
    Optional<GpuAllocationState> current = gas.current();
    if (current.isEmpty()) {
      forgotten.allAreAllocated();
      return;
    }
    Set<String> allocated = current.get().getSpec().resourceClaimAllocations().keySet();
    Map<String, PreparedClaim> candidates = new HashMap<>(prepared.all());
    candidates.keySet().removeAll(allocated);
    forgotten.onlyThese(candidates.keySet());
    candidates.forEach(
        (uid, claim) -> {
          if (forgotten.isDue(uid)) {
            forget(uid, claim, since);
          }
        });
  }

  private void forget(String uid, PreparedClaim claim, long since) {
    forgotten.isAllocated(uid); // its time begins anew, unless it is forgotten now
    try {
      if (!claims.mayBeInUse(uid, claim)) {
        forgotten.forget(uid, claim, since);
      }
    } catch (KubernetesClientException | IOException e) {
      LOG.warnf(
          "Claim %s/%s (%s) has no allocation, but its record could not be removed yet: %s",
          claim.namespace(), claim.name(), uid, e.getMessage());
    }
  }
}
