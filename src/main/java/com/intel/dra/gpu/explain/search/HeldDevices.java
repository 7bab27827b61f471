package com.intel.dra.gpu.explain.search;

import com.intel.dra.gpu.explain.cel.Amount;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which devices claims hold, whole or in shares. Administrative access holds nothing. */
public final class HeldDevices {

  /** A claim's share of a device that several claims can have. */
  record Share(ClaimKey claim, Map<String, Amount> capacity) {
    Share {
      capacity = Map.copyOf(capacity);
    }
  }

  private final Map<DeviceKey, ClaimKey> whole = new HashMap<>();
  private final Map<DeviceKey, List<Share>> shares = new HashMap<>();
  private final Map<DeviceKey, Map<String, Amount>> consumed = new HashMap<>();

  /** Reads what the claims hold. */
  public static HeldDevices of(List<ResourceClaim> claims, SchedulerFeatures features) {
    var held = new HeldDevices();
    for (ResourceClaim claim : claims) {
      allocation(claim)
          .map(AllocationResult::getDevices)
          .ifPresent(
              devices ->
                  devices
                      .getResults()
                      .forEach(result -> held.add(ClaimKey.of(claim), result, features)));
    }
    return held;
  }

  /** Returns what the scheduler gave to a claim, if it did. */
  public static Optional<AllocationResult> allocation(ResourceClaim claim) {
    return Optional.ofNullable(claim.getStatus()).map(status -> status.getAllocation());
  }

  /** Returns the same with more devices held. */
  public HeldDevices with(List<Placement> placements) {
    var more = new HeldDevices();
    more.whole.putAll(whole);
    shares.forEach((device, list) -> more.shares.put(device, new ArrayList<>(list)));
    consumed.forEach((device, amounts) -> more.consumed.put(device, new HashMap<>(amounts)));
    for (Placement placement : placements) {
      if (placement.adminAccess()) {
        continue;
      }
      placement
          .share()
          .ifPresentOrElse(
              share -> more.addShare(placement.device(), new Share(placement.claim(), share)),
              () -> more.whole.putIfAbsent(placement.device(), placement.claim()));
    }
    return more;
  }

  /** Returns the same without what some claims hold. */
  public HeldDevices without(Set<ClaimKey> claims) {
    var fewer = new HeldDevices();
    whole.forEach(
        (device, claim) -> {
          if (!claims.contains(claim)) {
            fewer.whole.put(device, claim);
          }
        });
    shares.forEach(
        (device, list) ->
            list.stream()
                .filter(share -> !claims.contains(share.claim()))
                .forEach(share -> fewer.addShare(device, share)));
    return fewer;
  }

  /** How many devices claims have, in whole or in part. */
  public int size() {
    return whole.size() + shares.size();
  }

  private void add(
      ClaimKey claim, DeviceRequestAllocationResult result, SchedulerFeatures features) {
    if (Boolean.TRUE.equals(result.getAdminAccess())) {
      return;
    }
    var device = DeviceKey.of(result.getDriver(), result.getPool(), result.getDevice());
    if (features.consumableCapacity() && result.getShareID() != null) {
      var capacity = new HashMap<String, Amount>();
      Map<String, Quantity> charge = result.getConsumedCapacity();
      if (charge != null) {
        charge.forEach((name, amount) -> capacity.put(name, Amount.of(amount)));
      }
      addShare(device, new Share(claim, capacity));
    } else {
      whole.putIfAbsent(device, claim);
    }
  }

  private void addShare(DeviceKey device, Share share) {
    shares.computeIfAbsent(device, unused -> new ArrayList<>()).add(share);
    Map<String, Amount> sum = consumed.computeIfAbsent(device, unused -> new HashMap<>());
    share.capacity().forEach((name, amount) -> sum.merge(name, amount, Amount::plus));
  }

  /** The claim that has all of a device. */
  Optional<ClaimKey> holder(DeviceKey device) {
    return Optional.ofNullable(whole.get(device));
  }

  /** The claims with shares of a device. */
  List<Share> shares(DeviceKey device) {
    return shares.getOrDefault(device, List.of());
  }

  /** What all shares of a device together have of its capacities. */
  Map<String, Amount> consumed(DeviceKey device) {
    return consumed.getOrDefault(device, Map.of());
  }

  /** Whether a device counts as used, so that its counters are charged. */
  boolean isUsed(DeviceKey device) {
    return whole.containsKey(device) || shares.containsKey(device);
  }

  /** The claims that hold a device, whole or in part. */
  List<ClaimKey> holders(DeviceKey device) {
    var holders = new ArrayList<ClaimKey>(holder(device).stream().toList());
    shares(device).forEach(share -> holders.add(share.claim()));
    return holders;
  }
}
