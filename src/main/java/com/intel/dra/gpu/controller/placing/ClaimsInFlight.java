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
 * The claims whose allocation or release is under way in this process, and the devices that they
 * are being given. What the node's record and the claim's status say of them may differ for a
 * moment, so the audit leaves them alone; and no claim is worked on twice at a time, as two pods
 * that share one would have it. Losing this at a restart is right: then nothing is under way.
 */
@Singleton
@IfBuildProfile("controller")
public class ClaimsInFlight {

  /** Devices that a claim is about to be told that it has. */
  private record Pledge(String node, List<AllocatedDevice> devices) {

    static final Pledge NOTHING = new Pledge("", List.of());
  }

  private final Map<String, Pledge> byClaimUid = new HashMap<>();

  /** Takes all of them, or none when one is taken already. */
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
   * The claim, which has entered, is going to have these devices of that node and no others. They
   * count as taken even if the node's record is lost before the claim's status is written.
   */
  public synchronized void pledge(String claimUid, String node, List<AllocatedDevice> devices) {
    byClaimUid.replace(claimUid, new Pledge(node, devices));
  }

  /** By claim UID. */
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
