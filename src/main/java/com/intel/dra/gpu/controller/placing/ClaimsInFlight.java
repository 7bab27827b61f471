package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.api.AllocatedDevice;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The claims that this process is allocating or releasing, and the devices that they will get. The
 * node's record and the claim's status may differ for a moment meanwhile, so the audit skips these
 * claims. No claim is worked on twice at the same time, even if two pods share it. Losing this at a
 * restart is correct, because then nothing is under way.
 *
 * <p>The audit also skips claims of an attempt that failed and will be repeated: if it undid what
 * was written, each failure would free devices, wake all that waits, and so begin the next attempt
 * at once; and of a pod's claims, of which some are written, the others could lose their devices.
 */
@Singleton
@IfBuildProfile("controller")
public class ClaimsInFlight {

  /** Devices that will be written into a claim's status. */
  private record Pledge(String node, List<AllocatedDevice> devices) {

    static final Pledge NOTHING = new Pledge("", List.of());
  }

  /** Longer than the longest pause before an attempt is repeated. */
  private static final Duration REPEATED_WITHIN = Duration.ofMinutes(1);

  private final Map<String, Pledge> byClaimUid = new HashMap<>();
  private final Map<String, Instant> repeatedUntil = new HashMap<>();
  private final InstantSource clock;

  public ClaimsInFlight(InstantSource clock) {
    this.clock = clock;
  }

  /** Enters all of the claims, or none if one is already in flight. */
  public synchronized boolean tryEnter(Collection<String> claimUids) {
    if (!Collections.disjoint(byClaimUid.keySet(), claimUids)) {
      return false;
    }
    claimUids.forEach(uid -> byClaimUid.put(uid, Pledge.NOTHING));
    repeatedUntil.keySet().removeAll(claimUids);
    return true;
  }

  public synchronized void leave(Collection<String> claimUids) {
    byClaimUid.keySet().removeAll(claimUids);
  }

  /** Leaves after an attempt that failed and that the caller repeats. */
  public synchronized void leaveToRepeat(Collection<String> claimUids) {
    leave(claimUids);
    Instant now = clock.instant();
    repeatedUntil.values().removeIf(until -> !until.isAfter(now));
    claimUids.forEach(uid -> repeatedUntil.put(uid, now.plus(REPEATED_WITHIN)));
  }

  /** To be called when the claim is gone, because then no attempt is repeated. */
  public synchronized void gone(String claimUid) {
    repeatedUntil.remove(claimUid);
  }

  /** Whether the claim is in flight, or soon will be again. */
  public synchronized boolean isUnderWay(String claimUid) {
    return contains(claimUid)
        || Optional.ofNullable(repeatedUntil.get(claimUid))
            .filter(until -> until.isAfter(clock.instant()))
            .isPresent();
  }

  public synchronized boolean contains(String claimUid) {
    return byClaimUid.containsKey(claimUid);
  }

  /**
   * Notes that the claim, which is in flight, will have exactly these devices of that node. They
   * count as taken even if the node's record is lost before the claim's status is written.
   */
  public synchronized void pledge(String claimUid, String node, List<AllocatedDevice> devices) {
    byClaimUid.replace(claimUid, new Pledge(node, devices));
  }

  /** Returns the pledged devices by claim UID. */
  synchronized Map<String, List<AllocatedDevice>> pledgedOn(String node) {
    var pledged = new HashMap<String, List<AllocatedDevice>>();
    byClaimUid.forEach(
        (uid, pledge) -> {
          if (pledge.node().equals(node)) {
            pledged.put(uid, pledge.devices());
          }
        });
    return pledged;
  }
}
