package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.ClaimKey;
import com.intel.dra.gpu.explain.search.HeldDevices;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What pods that were placed one after the other have taken. */
final class TakenDevices {

  private HeldDevices held;
  private final Map<ClaimKey, String> nodes;
  private final Map<ClaimKey, Integer> users;

  TakenDevices(HeldDevices held) {
    this(held, Map.of(), Map.of());
  }

  private TakenDevices(
      HeldDevices held, Map<ClaimKey, String> nodes, Map<ClaimKey, Integer> users) {
    this.held = held;
    this.nodes = new HashMap<>(nodes);
    this.users = new HashMap<>(users);
  }

  TakenDevices copy() {
    return new TakenDevices(held, nodes, users);
  }

  HeldDevices held() {
    return held;
  }

  void hold(HeldDevices more) {
    held = more;
  }

  /** The node whose devices a claim got that several pods use. */
  Optional<String> node(ClaimKey claim) {
    return Optional.ofNullable(nodes.get(claim));
  }

  void bind(ClaimKey claim, String node) {
    nodes.put(claim, node);
  }

  /** How many of the placed pods use a claim. */
  int users(ClaimKey claim) {
    return users.getOrDefault(claim, 0);
  }

  void use(ClaimKey claim) {
    users.merge(claim, 1, Integer::sum);
  }
}
