package com.intel.dra.gpu.nodeagent.memoryuse;

import com.intel.dra.gpu.nodeagent.prepare.StructuredClaims;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Knows which pods use a device by a claim. The kernel gives the UIDs of pods that use memory, and
 * the claims say for which pods they are reserved. A claim is read only when a pod uses memory of
 * one of its devices for the first time, and the claims that were read before do not name the pod.
 * A claim is reserved for a pod before the pod's containers run, so one read suffices.
 */
final class DeviceUsers {

  private static final Logger LOG = Logger.getLogger(DeviceUsers.class);

  private static final String PODS = "pods";

  private final StructuredClaims claims;

  /** Empty for a pod that uses the device without a claim that was prepared here. */
  private final Map<Use, Optional<ClaimPod>> known = new HashMap<>();

  /** The pods of each claim that was read, by the UIDs of the claim and of the pod. */
  private final Map<String, Map<String, ClaimPod>> podsOfClaims = new HashMap<>();

  /** The UIDs of the claims that had no name at the last look, and so could not be read. */
  private Set<String> withoutName = Set.of();

  DeviceUsers(StructuredClaims claims) {
    this.claims = claims;
  }

  /**
   * A pod uses a device.
   *
   * @param device its UID
   */
  record Use(String podUid, String device) {}

  /** A pod for which a claim is reserved. */
  record ClaimPod(String namespace, String name) {}

  /** Forgets all pods but these, by their UIDs. */
  void onlyThese(Set<String> podUids) {
    known.keySet().removeIf(use -> !podUids.contains(use.podUid()));
  }

  /** Returns the pod; empty if it has no claim for the device, or if that is not known. */
  Optional<ClaimPod> find(Use use) {
    return known.getOrDefault(use, Optional.empty());
  }

  /**
   * Finds out which pods these are, as far as the API server answers. It may block on it.
   *
   * @param prepared the claims that are prepared on this node, by their UIDs
   */
  void learn(Set<Use> uses, Map<String, PreparedClaim> prepared) {
    podsOfClaims.keySet().retainAll(prepared.keySet());
    askAgainIfNamed(prepared);
    Set<Use> unknown =
        uses.stream()
            .filter(use -> !known.containsKey(use))
            .collect(Collectors.toCollection(HashSet::new));
    var asked = new HashMap<>(prepared);
    asked.values().removeIf(claim -> claim.claimName().isEmpty() || !mayExplain(claim, unknown));
    asked.forEach((uid, claim) -> explain(unknown, uid, claim));
    for (String uid : unreadFirst(asked.keySet())) {
      PreparedClaim claim = Objects.requireNonNull(asked.get(uid));
      if (mayExplain(claim, unknown)) {
        try {
          podsOfClaims.put(uid, read(uid, claim));
        } catch (KubernetesClientException e) {
          LOG.debugf("Which pods use claim %s is not known: %s", uid, e.getMessage());
          return;
        }
        explain(unknown, uid, claim);
      }
    }
    Set<String> ofClaims =
        asked.values().stream()
            .flatMap(claim -> claim.visibleDevices().stream())
            .collect(Collectors.toSet());
    unknown.stream()
        .filter(use -> ofClaims.contains(use.device()))
        .forEach(use -> known.put(use, Optional.empty()));
  }

  /** A claim that has got its name may be that of a pod for which no claim was found. */
  private void askAgainIfNamed(Map<String, PreparedClaim> prepared) {
    Set<String> nowWithoutName =
        prepared.entrySet().stream()
            .filter(claim -> claim.getValue().claimName().isEmpty())
            .map(Map.Entry::getKey)
            .collect(Collectors.toUnmodifiableSet());
    if (!nowWithoutName.containsAll(withoutName)) {
      known.values().removeIf(Optional::isEmpty);
    }
    withoutName = nowWithoutName;
  }

  private static boolean mayExplain(PreparedClaim claim, Set<Use> unknown) {
    Set<String> visible = claim.visibleDevices();
    return unknown.stream().map(Use::device).anyMatch(visible::contains);
  }

  /** A claim that was read may be reserved for more pods by now. */
  private List<String> unreadFirst(Set<String> claimUids) {
    return claimUids.stream().sorted(Comparator.comparing(podsOfClaims::containsKey)).toList();
  }

  /** Takes those out of the unknown uses that are by a claim, as far as its pods are known. */
  private void explain(Set<Use> unknown, String claimUid, PreparedClaim claim) {
    Map<String, ClaimPod> pods = podsOfClaims.getOrDefault(claimUid, Map.of());
    Set<String> visible = claim.visibleDevices();
    for (Use use : List.copyOf(unknown)) {
      ClaimPod pod = pods.get(use.podUid());
      if (pod != null && visible.contains(use.device())) {
        visible.forEach(device -> known.put(new Use(use.podUid(), device), Optional.of(pod)));
      }
    }
    unknown.removeIf(use -> known.containsKey(use));
  }

  /** Returns the pods for which the claim is reserved, by their UIDs. */
  private Map<String, ClaimPod> read(String uid, PreparedClaim claim) {
    return claims
        .read(claim.namespace(), claim.name())
        .filter(found -> uid.equals(found.getMetadata().getUid()))
        .map(ResourceClaim::getStatus)
        .map(ResourceClaimStatus::getReservedFor)
        .orElse(List.of())
        .stream()
        .filter(user -> PODS.equals(user.getResource()))
        .collect(
            Collectors.toMap(
                ResourceClaimConsumerReference::getUid,
                user -> new ClaimPod(claim.namespace(), user.getName()),
                (first, _) -> first));
  }
}
