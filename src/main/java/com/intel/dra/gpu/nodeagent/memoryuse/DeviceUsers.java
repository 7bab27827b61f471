package com.intel.dra.gpu.nodeagent.memoryuse;

import com.intel.dra.gpu.nodeagent.prepare.StructuredClaims;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Knows which pods use a device by a claim. The kernel gives the UIDs of pods that use memory, and
 * the claims say for which pods they are reserved. A claim is read only when a pod uses memory of
 * one of its devices for the first time. A claim is reserved for a pod before the pod's containers
 * run, so one read suffices.
 */
final class DeviceUsers {

  private static final Logger LOG = Logger.getLogger(DeviceUsers.class);

  private static final String PODS = "pods";

  private final StructuredClaims claims;

  /** Empty for a pod that uses the device without a claim that was prepared here. */
  private final Map<Use, Optional<ClaimPod>> known = new HashMap<>();

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
   * @param here the UIDs of all pods that have a control group here
   */
  void learn(Set<Use> uses, Map<String, PreparedClaim> prepared, Set<String> here) {
    Set<Use> unknown =
        uses.stream().filter(use -> !known.containsKey(use)).collect(Collectors.toSet());
    Set<String> devices = unknown.stream().map(Use::device).collect(Collectors.toSet());
    var explained = new HashSet<String>();
    for (Map.Entry<String, PreparedClaim> claim : prepared.entrySet()) {
      Set<String> visible = claim.getValue().visibleDevices();
      Set<String> asked =
          visible.stream().filter(devices::contains).collect(Collectors.toUnmodifiableSet());
      if (!asked.isEmpty() && !claim.getValue().name().isEmpty()) {
        try {
          read(claim.getKey(), claim.getValue(), visible, here);
        } catch (KubernetesClientException e) {
          LOG.debugf("Which pods use claim %s is not known: %s", claim.getKey(), e.getMessage());
          return;
        }
        explained.addAll(asked);
      }
    }
    unknown.stream()
        .filter(use -> explained.contains(use.device()))
        .forEach(use -> known.putIfAbsent(use, Optional.empty()));
  }

  private void read(String uid, PreparedClaim claim, Set<String> visible, Set<String> here) {
    claims
        .read(claim.namespace(), claim.name())
        .filter(found -> uid.equals(found.getMetadata().getUid()))
        .map(ResourceClaim::getStatus)
        .ifPresent(
            status ->
                status.getReservedFor().stream()
                    .filter(user -> PODS.equals(user.getResource()))
                    .filter(user -> here.contains(user.getUid()))
                    .forEach(user -> add(user, claim.namespace(), visible)));
  }

  private void add(
      ResourceClaimConsumerReference user, String namespace, Set<String> visibleDevices) {
    visibleDevices.forEach(
        device ->
            known.put(
                new Use(user.getUid(), device),
                Optional.of(new ClaimPod(namespace, user.getName()))));
  }
}
