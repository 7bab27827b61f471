package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.api.AllocatedDevice;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The claims that this process is allocating or releasing, and the devices that they will get. The
 * node's record and the claim's status may differ for a moment meanwhile, so the audit skips these
 * claims. No claim is worked on twice at the same time, even if two pods share it. Losing this at a
 * restart is correct, because then nothing is under way.
 */
@Singleton
@IfBuildProfile("controller")
public class ClaimsInFlight {

  /** Devices that will be written into a claim's status. */
  private record Pledge(String node, List<AllocatedDevice> devices) {

    static final Pledge NOTHING = new Pledge("", List.of());
  }

  private final Map<String, Pledge> byClaimUid = new HashMap<>();

  /** Enters all of the claims, or none if one is already in flight. */
  public synchronized boolean tryEnter(Collection<String> claimUids) {
    if (!Collections.disjoint(byClaimUid.keySet(), claimUids)) {
      return false;
    }
    claimUids.forEach(uid -> byClaimUid.put(uid, Pledge.NOTHING));
    return true;
  }

  public synchronized void leave(Collection<String> claimUids) {
    byClaimUid.keySet().removeAll(claimUids);
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
