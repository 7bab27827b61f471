package com.intel.dra.gpu.controller.nodes;

import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds out whether claims are gone that nodes have on record and that the informer does not know.
 * The informer may lag behind, so only a list of all claims answers this, and only one that began
 * after the record was seen. Such a list is expensive, and a record may be invented, so there is at
 * most one list in {@link #PAUSE} for all nodes together.
 *
 * <p>The answer for a node's claims is kept until the node asks for others. A claim that is gone
 * never comes back, so recording it again causes no list. Safe for use by several threads.
 */
@Singleton
@IfBuildProfile("controller")
public class UnknownClaims {

  static final Duration PAUSE = Duration.ofSeconds(30);

  private final ClusterView view;
  private final ApiServer api;
  private final InstantSource clock;
  private final Map<String, Set<String>> asked = new HashMap<>();
  private final Map<String, Map<String, Optional<ResourceID>>> known = new HashMap<>();
  private Optional<Instant> nextList = Optional.empty();

  public UnknownClaims(ClusterView view, ApiServer api, InstantSource clock) {
    this.view = view;
    this.api = api;
    this.clock = clock;
  }

  /**
   * Returns where the claims are that the node has on record. Blocks for the time of a list.
   *
   * @param claimUids not many and each of moderate length, because they are kept
   * @return by UID: empty if the claim is gone; claims of which nothing is known yet are left out,
   *     and the caller asks for them again
   */
  Map<String, Optional<ResourceID>> find(String node, Set<String> claimUids) {
    Optional<Map<String, Set<String>>> toList = ask(node, claimUids);
    toList.ifPresent(this::list);
    return knownOf(node, claimUids);
  }

  /** Returns the claims of all nodes to look for now, if a list is due. */
  private synchronized Optional<Map<String, Set<String>>> ask(String node, Set<String> claimUids) {
    if (knownOf(node, claimUids).size() == claimUids.size()) {
      return Optional.empty();
    }
    asked.put(node, Set.copyOf(claimUids));
    Instant now = clock.instant();
    if (nextList.filter(now::isBefore).isPresent()) {
      return Optional.empty();
    }
    nextList = Optional.of(now.plus(PAUSE));
    Map<String, Set<String>> all = Map.copyOf(asked);
    asked.clear();
    return Optional.of(all);
  }

  private void list(Map<String, Set<String>> uidsByNode) {
    var wanted = new HashSet<String>();
    uidsByNode.values().forEach(wanted::addAll);
    Map<String, ResourceID> found =
        api.list(ResourceClaim.class).stream()
            .filter(claim -> wanted.contains(Claims.uid(claim)))
            .collect(Collectors.toMap(Claims::uid, ResourceID::fromResource));
    keep(uidsByNode, found);
  }

  private synchronized void keep(
      Map<String, Set<String>> uidsByNode, Map<String, ResourceID> found) {
    known.keySet().removeIf(node -> view.node(node).isEmpty());
    asked.keySet().removeIf(node -> view.node(node).isEmpty());
    uidsByNode.forEach(
        (node, uids) ->
            known.put(
                node,
                uids.stream()
                    .collect(
                        Collectors.toMap(uid -> uid, uid -> Optional.ofNullable(found.get(uid))))));
  }

  private synchronized Map<String, Optional<ResourceID>> knownOf(
      String node, Set<String> claimUids) {
    return known.getOrDefault(node, Map.of()).entrySet().stream()
        .filter(entry -> claimUids.contains(entry.getKey()))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
