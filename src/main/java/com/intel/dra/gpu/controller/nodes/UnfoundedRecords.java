package com.intel.dra.gpu.controller.nodes;

import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import com.intel.dra.gpu.controller.cluster.ApiServer.Outcome;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.records.ClaimWriter;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.net.HttpURLConnection;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds the claims whose records on a node may be dropped. Another controller, for example one
 * whose node is cut off and which has not ended yet, may have allocated a claim without this
 * process having seen it, or may be about to. Therefore a record is dropped only after the API
 * server has confirmed it, and after the claim was changed, so that later writes of that controller
 * to the claim's status are conflicts.
 *
 * <p>A claim that cannot be read or changed, such as one that an admission webhook refuses, is
 * checked again only when there is no other to check. The nodes may be checked at the same time,
 * but each of them only once at a time.
 */
final class UnfoundedRecords {

  /** How many claims one check looks at; the next check continues. */
  static final int MOST_AT_A_TIME = 256;

  /** How many claims one check looks at if all of them failed before: each may take some time. */
  static final int MOST_FAILED_AT_A_TIME = 16;

  /** Longer than any UID that the API server assigns (36 characters). */
  private static final int LONGEST_UID = 128;

  private final ClusterView view;
  private final ApiServer api;
  private final UnknownClaims unknownClaims;
  private final ClaimWriter claims;
  private final Map<String, FailedLast> byNode = new ConcurrentHashMap<>();

  UnfoundedRecords(
      ClusterView view, ApiServer api, UnknownClaims unknownClaims, ClaimWriter claims) {
    this.view = view;
    this.api = api;
    this.unknownClaims = unknownClaims;
    this.claims = claims;
  }

  /**
   * What one check found.
   *
   * @param confirmed the claims that hold nothing on the node and cannot get anything there any
   *     more; not all of them at once, because a writer of the record may invent any number of them
   * @param failures of claims that could not be read or changed
   */
  record Check(Set<String> confirmed, List<KubernetesClientException> failures) {}

  /**
   * Checks some of these claims. Blocks.
   *
   * @param claimUids those on record of which no allocation on the node is known
   */
  Check check(String node, Set<String> claimUids) {
    if (claimUids.isEmpty()) {
      forget(node);
      return new Check(Set.of(), List.of());
    }
    FailedLast order = byNode.computeIfAbsent(node, _ -> new FailedLast());
    List<String> next = next(order, claimUids);
    var failures = new LinkedHashMap<String, KubernetesClientException>();
    Map<String, Optional<ResourceClaim>> read = read(node, next, failures);
    Set<String> confirmed = confirmed(node, read, failures);
    next.stream()
        .filter(uid -> !confirmed.contains(uid))
        .filter(uid -> failures.containsKey(uid) || order.hasFailed(uid))
        .forEach(order::failed);
    return new Check(confirmed, List.copyOf(failures.values()));
  }

  /** To be called when a node is gone. */
  void forget(String node) {
    byNode.remove(node);
  }

  private static List<String> next(FailedLast order, Set<String> claimUids) {
    List<String> ordered = order.order(claimUids);
    return order.hasFailed(ordered.getFirst())
        ? ordered.stream().limit(MOST_FAILED_AT_A_TIME).toList()
        : ordered.stream().takeWhile(uid -> !order.hasFailed(uid)).limit(MOST_AT_A_TIME).toList();
  }

  private Set<String> confirmed(
      String node,
      Map<String, Optional<ResourceClaim>> read,
      Map<String, KubernetesClientException> failures) {
    var confirmed = new TreeSet<String>();
    boolean answers = isAnswering(failures.values());
    for (var entry : read.entrySet()) {
      String uid = entry.getKey();
      Optional<ResourceClaim> toChange = entry.getValue().filter(UnfoundedRecords::mustBeChanged);
      if (toChange.isEmpty()) {
        if (entry.getValue().filter(claim -> isAllocatedOn(node, claim)).isEmpty()) {
          confirmed.add(uid);
        }
      } else if (answers) {
        try {
          if (!(claims.removeFinalizer(toChange.get()) instanceof Outcome.Conflict)) {
            confirmed.add(uid);
          }
        } catch (KubernetesClientException e) {
          failures.put(uid, e);
          // the API server also answers with errors of its own if it cannot call a webhook, which
          // concerns this claim; but after a request that took long no more are made
          answers = e.getCode() >= HttpURLConnection.HTTP_BAD_REQUEST;
        }
      }
    }
    return confirmed;
  }

  private static boolean mustBeChanged(ResourceClaim claim) {
    return Claims.allocation(claim).isEmpty() && Claims.hasFinalizer(claim);
  }

  /**
   * Whether the API server answers, as far as these failures to read show. While it does not, each
   * request takes long, and no more are made.
   */
  private static boolean isAnswering(Collection<KubernetesClientException> failures) {
    return failures.stream()
        .allMatch(
            failure ->
                failure.getCode() >= HttpURLConnection.HTTP_BAD_REQUEST
                    && failure.getCode() < HttpURLConnection.HTTP_INTERNAL_ERROR);
  }

  /**
   * Returns the claims as they are now, past the informers, by UID; empty if the claim is gone.
   * Claims of which nothing is known yet, and those that could not be read, are left out.
   */
  private Map<String, Optional<ResourceClaim>> read(
      String node, List<String> claimUids, Map<String, KubernetesClientException> failures) {
    var known = new LinkedHashMap<String, Optional<ResourceID>>();
    var unknown = new TreeSet<String>();
    for (String uid : claimUids) {
      Optional<ResourceID> id = view.claimWithUid(uid).map(ResourceID::fromResource);
      if (id.isPresent() || uid.length() > LONGEST_UID) {
        known.put(uid, id);
      } else {
        unknown.add(uid);
      }
    }
    var now = new LinkedHashMap<String, Optional<ResourceClaim>>();
    readAgain(known, now, failures);
    if (!unknown.isEmpty() && isAnswering(failures.values())) {
      try {
        readAgain(unknownClaims.find(node, unknown), now, failures);
      } catch (KubernetesClientException e) {
        unknown.forEach(uid -> failures.put(uid, e));
      }
    }
    return now;
  }

  /** A claim of the same name with another UID is a different claim. */
  private void readAgain(
      Map<String, Optional<ResourceID>> ids,
      Map<String, Optional<ResourceClaim>> now,
      Map<String, KubernetesClientException> failures) {
    for (var entry : ids.entrySet()) {
      String uid = entry.getKey();
      if (!isAnswering(failures.values())) {
        return;
      }
      try {
        now.put(
            uid,
            entry
                .getValue()
                .flatMap(
                    id ->
                        api.read(
                            ResourceClaim.class, id.getNamespace().orElseThrow(), id.getName()))
                .filter(claim -> uid.equals(Claims.uid(claim))));
      } catch (KubernetesClientException e) {
        failures.put(uid, e);
      }
    }
  }

  private static boolean isAllocatedOn(String node, ResourceClaim claim) {
    return Claims.isAllocatedByUs(claim)
        && Claims.allocation(claim)
            .flatMap(AllocationResults::node)
            .filter(node::equals)
            .isPresent();
  }
}
