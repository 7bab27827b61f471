package com.intel.dra.gpu.nodeagent.publish;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Claims of structured DRA that the kubelet wants prepared and that are not yet, because their VFs
 * are still to be made: in the GAS they stand as allocated, and VFs follow the GAS. Only in memory,
 * for the kubelet asks again. Where nobody asks any more, and nobody unprepares, they are
 * forgotten.
 */
@Singleton
public class PendingAllocations {

  /** The kubelet asks about every 90 s at most. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private record Pending(ClaimAllocation allocation, Instant asked) {}

  private final InstantSource clock;
  private final Map<String, Pending> byUid = new TreeMap<>();

  @Inject
  public PendingAllocations(InstantSource clock) {
    this.clock = clock;
  }

  /** The kubelet asks for the claim now. */
  public synchronized void put(String uid, List<AllocatedDevice> devices) {
    byUid.put(uid, new Pending(new ClaimAllocation(devices, ""), clock.instant()));
  }

  /** The claim is prepared, or nobody wants it any more; false when it was not here. */
  public synchronized boolean remove(String uid) {
    return byUid.remove(uid) != null;
  }

  /** Forgets those that nobody asks for any more; whether there were any. */
  public synchronized boolean forgetOld() {
    Instant now = clock.instant();
    return byUid.values().removeIf(pending -> !now.isBefore(pending.asked().plus(PATIENCE)));
  }

  /** Those that are still wanted, by UID. */
  public synchronized Map<String, ClaimAllocation> all() {
    var allocations = new TreeMap<String, ClaimAllocation>();
    byUid.forEach((uid, pending) -> allocations.put(uid, pending.allocation()));
    return allocations;
  }
}
