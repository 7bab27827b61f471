package com.intel.dra.gpu.nodeagent.publish;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.device.DeviceUid;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Claims of structured DRA that the kubelet wants to prepare and that are not prepared yet, because
 * their VFs do not exist yet. The GAS lists them as allocated, and the agent makes the VFs that the
 * GAS lists. They are kept only in memory, because the kubelet repeats its calls. A claim is
 * forgotten if the kubelet neither repeats the call nor unprepares the claim, and at once when
 * another claim was given what it waits for.
 */
@Singleton
public class PendingAllocations {

  /** Long enough, because the kubelet repeats its call after 90 s at most. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private record Pending(ClaimAllocation allocation, Instant asked) {}

  private final InstantSource clock;
  private final Map<String, Pending> byUid = new TreeMap<>();

  @Inject
  public PendingAllocations(InstantSource clock) {
    this.clock = clock;
  }

  /** Records that the kubelet asks for the claim now. */
  public synchronized void put(String uid, List<AllocatedDevice> devices) {
    byUid.put(uid, new Pending(new ClaimAllocation(devices, ""), clock.instant()));
  }

  /**
   * Removes the other claims whose devices exclude these. Allocations of the scheduler do not
   * overlap, so those claims were deallocated before this one was allocated.
   *
   * @param uid of the claim that the API server says has these devices
   * @return whether there were any
   */
  public synchronized boolean removeExcluded(String uid, List<AllocatedDevice> devices) {
    return byUid
        .entrySet()
        .removeIf(
            other ->
                !other.getKey().equals(uid)
                    && other.getValue().allocation().gpus().stream()
                        .anyMatch(
                            held -> devices.stream().anyMatch(device -> exclude(device, held))));
  }

  private static boolean exclude(AllocatedDevice one, AllocatedDevice other) {
    boolean sameVf = one.uid().equals(other.uid()) && !one.parentUid().isEmpty();
    return sameVf || DeviceUid.areVfAndItsGpu(one.uid(), other.uid());
  }

  /** Removes a claim that is prepared or no longer wanted; false if it was not here. */
  public synchronized boolean remove(String uid) {
    return byUid.remove(uid) != null;
  }

  /** Forgets claims for which the kubelet no longer calls; returns whether there were any. */
  public synchronized boolean forgetOld() {
    Instant now = clock.instant();
    return byUid.values().removeIf(pending -> !now.isBefore(pending.asked().plus(PATIENCE)));
  }

  /** Returns the claims that are still wanted, by UID. */
  public synchronized Map<String, ClaimAllocation> all() {
    var allocations = new TreeMap<String, ClaimAllocation>();
    byUid.forEach((uid, pending) -> allocations.put(uid, pending.allocation()));
    return allocations;
  }
}
