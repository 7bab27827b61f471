package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.api.ClaimName;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.PreparedResult;
import com.intel.dra.gpu.nodeagent.takeover.ListedClaims;
import com.intel.dra.gpu.structured.ClaimResults;
import com.intel.dra.gpu.structured.StructuredApi;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Forgets prepared claims of structured DRA that the kubelet will never unprepare, because it lost
 * its own record of them. Such a claim would hold its devices until the node reboots, although the
 * scheduler considers them free.
 *
 * <p>A claim is forgotten when the API server has said for as long as the settings say that the
 * claim is gone, has another UID, or has nothing on this node. A claim that was taken over from the
 * GAS may have no name; it is then looked for in the list of all claims, once, if the agent may
 * read that.
 */
@Singleton
public class StructuredAbandonedClaims {

  private static final Logger LOG = Logger.getLogger(StructuredAbandonedClaims.class);

  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

  /** Between two calls of {@link #forgetEarlier}. */
  public static final Duration EARLIER = Duration.ofSeconds(30);

  private final PreparedClaims prepared;
  private final StructuredClaims claims;
  private final ListedClaims listed;
  private final GasInformer gas;
  private final AgentConfig config;
  private final ForgottenClaims forgotten;
  private String problem = "";

  @Inject
  public StructuredAbandonedClaims(
      PreparedClaims prepared,
      StructuredClaims claims,
      ListedClaims listed,
      GasInformer gas,
      AgentConfig config,
      InstantSource clock) {
    this.prepared = prepared;
    this.claims = claims;
    this.listed = listed;
    this.gas = gas;
    this.config = config;
    this.forgotten = new ForgottenClaims(prepared, gas, config, clock);
  }

  /** The pause between two looks. There always is one, because a look reads each prepared claim. */
  public Duration pause() {
    return pause(config.abandonedClaimsAfter());
  }

  static Duration pause(Duration forgottenAfter) {
    Duration half = forgottenAfter.dividedBy(2);
    return half.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : half;
  }

  /**
   * Forgets the claims that were prepared before the node booted and are not allocated what they
   * had then. It does not wait for them, because no containers can be ending. Call this
   * periodically, and each {@link #EARLIER}: it reads each such claim, and none when all are
   * prepared again. It may block on the API server.
   */
  public synchronized void forgetEarlier() {
    prepared
        .earlier()
        .forEach(
            (uid, claim) -> {
              try {
                if (!isAllocatedTheSame(uid, claim)) {
                  prepared.forgetEarlier(uid, claim);
                  LOG.infof(
                      "Claim %s/%s (%s) was prepared before the node booted, and has nothing of"
                          + " what it had any more",
                      claim.namespace(), claim.name(), uid);
                  gas.reconcileSoon();
                }
              } catch (KubernetesClientException | IOException e) {
                LOG.debugf("Whether claim %s is allocated is not known: %s", uid, e.getMessage());
              }
            });
  }

  /** Call this periodically. It may block on the API server. */
  public synchronized void forget() {
    findNames();
    long since = prepared.recordings();
    Map<String, PreparedClaim> all = prepared.all();
    forgotten.onlyThese(all.keySet());
    all.forEach(
        (uid, claim) -> {
          try {
            if (isAllocatedHere(uid, claim)) {
              forgotten.isAllocated(uid);
            } else if (forgotten.isDue(uid)) {
              forgotten.forget(uid, claim, since);
            }
          } catch (KubernetesClientException | IOException e) {
            forgotten.isAllocated(uid); // an unknown claim counts as allocated
            LOG.debugf("Whether claim %s is allocated is not known: %s", uid, e.getMessage());
          }
        });
  }

  /** Afterwards each claim has a name, or is known to be deleted, unless that cannot be asked. */
  private void findNames() {
    Set<String> withoutName = new TreeSet<>(prepared.all().keySet());
    withoutName.removeIf(uid -> prepared.find(uid).flatMap(PreparedClaim::claimName).isPresent());
    withoutName.removeAll(prepared.deleted());
    if (withoutName.isEmpty()) {
      return;
    }
    try {
      Map<String, ResourceClaim> found = listed.withUids(withoutName);
      var gone = new TreeSet<>(withoutName);
      gone.removeAll(found.keySet());
      prepared.name(
          found.values().stream()
              .map(ResourceClaim::getMetadata)
              .collect(
                  Collectors.toMap(
                      ObjectMeta::getUid,
                      claim -> new ClaimName(claim.getNamespace(), claim.getName()))),
          gone);
    } catch (KubernetesClientException | IOException e) {
      tellOnce(withoutName, String.valueOf(e.getMessage()));
    }
  }

  private void tellOnce(Set<String> uids, String why) {
    if (!why.equals(problem)) {
      problem = why;
      LOG.warnf(
          "Claims %s were taken over from the GAS without their names, and whether they still exist"
              + " is not known, so they hold their devices until the kubelet unprepares them or the"
              + " node boots: %s. If the agent may not list ResourceClaims, install the component"
              + " take-over for a while, which grants it",
          uids, why);
    }
  }

  /** A claim without a name is allocated unless it is known to be deleted. */
  private boolean isAllocatedHere(String uid, PreparedClaim claim) {
    return claim.name().isEmpty()
        ? !prepared.deleted().contains(uid)
        : results(uid, claim).isPresent();
  }

  /**
   * A record of a claim that was taken over from the GAS does not say by which names it had its
   * devices.
   */
  private boolean isAllocatedTheSame(String uid, PreparedClaim claim) {
    if (claim.name().isEmpty() || claim.results().isEmpty()) {
      return isAllocatedHere(uid, claim);
    }
    Set<String> before =
        claim.results().stream().map(PreparedResult::device).collect(Collectors.toSet());
    return results(uid, claim).stream()
        .flatMap(given -> given.results().stream())
        .anyMatch(result -> before.contains(result.device()));
  }

  /** What the claim is allocated on this node, if it is. */
  private Optional<ClaimResults.Given> results(String uid, PreparedClaim claim) {
    return claims
        .read(claim.namespace(), claim.name())
        .filter(read -> uid.equals(read.getMetadata().getUid()))
        .map(read -> ClaimResults.of(read, StructuredApi.DRIVER_NAME, config.nodeName()))
        .filter(ClaimResults.Given.class::isInstance)
        .map(ClaimResults.Given.class::cast);
  }
}
