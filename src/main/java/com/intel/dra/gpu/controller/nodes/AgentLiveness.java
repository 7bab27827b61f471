package com.intel.dra.gpu.controller.nodes;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which node agents have fallen silent. Judged by how long nothing changed about what they show, on
 * one clock, as client-go's leader election does: what a Lease says of time is compared with
 * nothing but itself, for the agent's clock may be wrong.
 *
 * <p>Time comes with each call, from a clock that does not jump.
 */
final class AgentLiveness {

  /**
   * What an agent shows.
   *
   * @param holder who renewed last
   * @param renewTime of the last renewal, as it is written
   * @param duration how long a renewal counts
   */
  record Sign(String holder, String renewTime, Duration duration) {}

  /**
   * For how long before it is given up an agent is asked for; more than one renewal is missing by
   * then.
   */
  private static final Duration ASKED_FOR = Duration.ofSeconds(20);

  /** How it stands with one agent. */
  enum Verdict {
    ALIVE,
    /** Its time is nearly over: to be asked for before it is given up. */
    OVERDUE,
    SILENT
  }

  private record Sighting(Optional<Sign> sign, Instant since) {}

  private final Duration graceWithoutLease;
  private final Map<String, Sighting> sightings = new HashMap<>();

  /**
   * @param graceWithoutLease how long an agent counts that has no Lease: one of an older version
   *     has none
   */
  AgentLiveness(Duration graceWithoutLease) {
    this.graceWithoutLease = graceWithoutLease;
  }

  /** Who is not among these nodes begins anew when it is again. */
  void retain(Set<String> nodes) {
    sightings.keySet().retainAll(nodes);
  }

  /**
   * @param sign empty where there is no Lease
   */
  void see(String node, Optional<Sign> sign, Instant now) {
    Sighting last = sightings.get(node);
    if (last == null || !last.sign().equals(sign)) {
      sightings.put(node, new Sighting(sign, now));
    }
  }

  /** Nothing could be seen until now, so that nobody's silence tells anything. */
  void beginAnew(Instant now) {
    sightings.replaceAll((_, last) -> new Sighting(last.sign(), now));
  }

  /** For how long a node shows the same. */
  Duration silence(String node, Instant now) {
    return Optional.ofNullable(sightings.get(node))
        .map(last -> Duration.between(last.since(), now))
        .orElse(Duration.ZERO);
  }

  Verdict verdict(String node, Instant now) {
    Sighting last = sightings.get(node);
    if (last == null) {
      return Verdict.ALIVE;
    }
    Duration limit = last.sign().map(Sign::duration).orElse(graceWithoutLease);
    Duration silence = silence(node, now);
    if (silence.compareTo(limit) >= 0) {
      return Verdict.SILENT;
    }
    return silence.compareTo(limit.minus(ASKED_FOR)) >= 0 ? Verdict.OVERDUE : Verdict.ALIVE;
  }
}
