package com.intel.dra.gpu.controller.nodes;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Knows which node agents are silent. An agent is silent if nothing that it shows has changed for a
 * certain time, measured on one clock, as client-go's leader election does. The times in a Lease
 * are compared only with each other, because the agent's clock may be wrong.
 *
 * <p>The caller passes the time with each call, from a clock that does not jump.
 */
final class AgentLiveness {

  /**
   * What an agent shows in its Lease.
   *
   * @param holder the holder that renewed the Lease last
   * @param renewTime the time of the last renewal, as it is written
   * @param duration how long a renewal is valid
   */
  record Sign(String holder, String renewTime, Duration duration) {}

  /**
   * How long before an agent counts as silent its Lease is read from the API server; more than one
   * renewal is missing by then.
   */
  private static final Duration ASKED_FOR = Duration.ofSeconds(20);

  /** The state of one agent. */
  enum Verdict {
    ALIVE,
    /**
     * Its time is nearly over: its Lease is to be read from the API server before the agent counts
     * as silent.
     */
    OVERDUE,
    SILENT
  }

  private record Sighting(Optional<Sign> sign, Instant since) {}

  private final Duration graceWithoutLease;
  private final Map<String, Sighting> sightings = new HashMap<>();

  /**
   * @param graceWithoutLease how long an agent without a Lease counts as alive; agents of older
   *     versions have no Lease
   */
  AgentLiveness(Duration graceWithoutLease) {
    this.graceWithoutLease = graceWithoutLease;
  }

  /** Forgets all other nodes; the time of such a node begins anew when it is seen again. */
  void retain(Set<String> nodes) {
    sightings.keySet().retainAll(nodes);
  }

  /**
   * @param sign empty if there is no Lease
   */
  void see(String node, Optional<Sign> sign, Instant now) {
    Sighting last = sightings.get(node);
    if (last == null || !last.sign().equals(sign)) {
      sightings.put(node, new Sighting(sign, now));
    }
  }

  /**
   * Starts the time of all agents anew: nothing could be observed until now, so silence proves
   * nothing.
   */
  void beginAnew(Instant now) {
    sightings.replaceAll((_, last) -> new Sighting(last.sign(), now));
  }

  /** Returns how long the sign of a node has not changed. */
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
