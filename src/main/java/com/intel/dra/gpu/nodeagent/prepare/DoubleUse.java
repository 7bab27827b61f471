package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.cdi.GpuCdiDevices;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds out whether a claim would use what another claim's containers may still be using. The
 * scheduler frees a claim as soon as its pod object is gone. If the pod was deleted by force, its
 * containers may still be running then.
 */
final class DoubleUse {

  private DoubleUse() {}

  /**
   * Returns why the claim cannot be prepared now; empty when it can.
   *
   * @param prepared the claims that are prepared, by UID; the claim itself may be among them
   * @param memoryMiB the memory of a GPU, by its UID; empty or 0 where that is not known
   */
  static Optional<String> of(
      String uid,
      PreparedClaim wanted,
      Map<String, PreparedClaim> prepared,
      Function<String, Optional<Integer>> memoryMiB) {
    var others = new TreeMap<>(prepared);
    Optional<PreparedClaim> before = Optional.ofNullable(others.remove(uid));
    return sameDevice(wanted, others)
        .or(() -> tooMuchMemory(before, wanted, others, memoryMiB))
        .or(() -> moreSharesThanCounted(before, wanted, others))
        .or(() -> tooManyShares(before, wanted, others));
  }

  /**
   * The counted shares of one GPU, with those of ending containers, may be more than the GPU has.
   */
  private static Optional<String> moreSharesThanCounted(
      Optional<PreparedClaim> before,
      PreparedClaim wanted,
      SortedMap<String, PreparedClaim> others) {
    return firstGpu(
        wanted,
        gpu -> {
          ToLongFunction<PreparedClaim> amount = claim -> countedShares(claim, gpu);
          var demand = Demand.of(before, wanted, others, amount);
          long total =
              Stream.concat(Stream.of(wanted), others.values().stream())
                  .flatMap(claim -> claim.devices().stream())
                  .filter(device -> device.uid().equals(gpu) && device.hasCountedShares())
                  .mapToLong(AllocatedDevice::totalShares)
                  .min()
                  .orElse(0);
          return demand.isMoreThan(total) && demand.used() > 0
              ? Optional.of(
                  "%d shares of device %s cannot be used while other claims use %d of its %d on this node: claims %s; if the pod of one was deleted by force, its containers are still ending, and the next try may succeed"
                      .formatted(demand.asked(), gpu, demand.used(), total, users(others, amount)))
              : Optional.empty();
        });
  }

  /**
   * How much a claim asks for of one GPU, and other claims use. A claim that is prepared already
   * takes nothing more when the kubelet calls again.
   *
   * @param before what the claim has had so far
   */
  private record Demand(long asked, long before, long used) {

    static Demand of(
        Optional<PreparedClaim> before,
        PreparedClaim wanted,
        SortedMap<String, PreparedClaim> others,
        ToLongFunction<PreparedClaim> amount) {
      return new Demand(
          amount.applyAsLong(wanted),
          before.map(amount::applyAsLong).orElse(0L),
          others.values().stream().mapToLong(amount).sum());
    }

    boolean isMoreThan(long limit) {
      return asked > before && asked + used > limit;
    }
  }

  private static Optional<String> firstGpu(
      PreparedClaim wanted, Function<String, Optional<String>> refusal) {
    return uids(wanted).stream().map(refusal).flatMap(Optional::stream).findFirst();
  }

  private static long countedShares(PreparedClaim claim, String gpu) {
    return claim.devices().stream()
        .filter(device -> device.uid().equals(gpu))
        .mapToLong(AllocatedDevice::shares)
        .sum();
  }

  private static String users(
      SortedMap<String, PreparedClaim> claims, ToLongFunction<PreparedClaim> amount) {
    return claims.entrySet().stream()
        .filter(claim -> amount.applyAsLong(claim.getValue()) > 0)
        .map(
            claim ->
                "%s/%s (%s)"
                    .formatted(
                        claim.getValue().namespace(), claim.getValue().name(), claim.getKey()))
        .collect(Collectors.joining(", "));
  }

  /** The offer and the controller's placement keep to this limit too, so it is seldom met here. */
  private static Optional<String> tooManyShares(
      Optional<PreparedClaim> before,
      PreparedClaim wanted,
      SortedMap<String, PreparedClaim> others) {
    return firstGpu(
        wanted,
        gpu -> {
          var demand = Demand.of(before, wanted, others, claim -> shares(claim, gpu));
          return demand.isMoreThan(Gpu.MAX_SHARES)
              ? Optional.of(
                  "%d shares of device %s cannot be used while other claims use %d on this node: a GPU has %d shares at most"
                      .formatted(demand.asked(), gpu, demand.used(), Gpu.MAX_SHARES))
              : Optional.empty();
        });
  }

  private static long shares(PreparedClaim claim, String gpu) {
    return claim.devices().stream().filter(device -> device.uid().equals(gpu)).count();
  }

  private static Optional<String> sameDevice(
      PreparedClaim wanted, SortedMap<String, PreparedClaim> others) {
    for (var other : others.entrySet()) {
      for (AllocatedDevice device : wanted.devices()) {
        for (AllocatedDevice used : other.getValue().devices()) {
          if (exclude(device, wanted, used, other.getValue())) {
            return Optional.of(
                "device %s cannot be used while claim %s/%s (%s) uses %s on this node: if its pod was deleted by force, its containers are still ending, and the next try may succeed"
                    .formatted(
                        device.uid(),
                        other.getValue().namespace(),
                        other.getValue().name(),
                        other.getKey(),
                        used.uid()));
          }
        }
      }
    }
    return Optional.empty();
  }

  /** The shares of one GPU, with those of ending containers, may be more than the GPU has. */
  private static Optional<String> tooMuchMemory(
      Optional<PreparedClaim> before,
      PreparedClaim wanted,
      SortedMap<String, PreparedClaim> others,
      Function<String, Optional<Integer>> memoryMiB) {
    if (wanted.results().isEmpty()) {
      return Optional.empty(); // the controller of classic DRA has counted
    }
    return firstGpu(
        wanted,
        gpu -> {
          ToLongFunction<PreparedClaim> amount = claim -> shareMiB(claim, gpu);
          var demand = Demand.of(before, wanted, others, amount);
          long has = memoryMiB.apply(gpu).orElse(0);
          return has > 0 && demand.isMoreThan(has) && demand.used() > 0
              ? Optional.of(
                  "%d MiB of device %s cannot be used while other claims use %d MiB of its %d MiB on this node: claims %s; if the pod of one was deleted by force, its containers are still ending, and the next try may succeed"
                      .formatted(demand.asked(), gpu, demand.used(), has, users(others, amount)))
              : Optional.empty();
        });
  }

  private static SortedSet<String> uids(PreparedClaim claim) {
    return claim.devices().stream()
        .filter(device -> !isVf(device))
        .map(AllocatedDevice::uid)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** This also holds for a record that was rebuilt from the GAS. */
  private static long shareMiB(PreparedClaim claim, String gpu) {
    return claim.devices().stream()
        .filter(device -> device.uid().equals(gpu))
        .mapToLong(AllocatedDevice::memory)
        .sum();
  }

  private static boolean exclude(
      AllocatedDevice device, PreparedClaim claim, AllocatedDevice used, PreparedClaim other) {
    if (device.uid().equals(used.uid())) {
      return isVf(device)
          || !(isShared(device, claim) && isShared(used, other))
          || !claim.results().isEmpty() && isOfUnknownSize(used)
          || device.hasCountedShares() != used.hasCountedShares();
    }
    return DeviceUid.areVfAndItsGpu(device.uid(), used.uid());
  }

  /** An older agent drops the count of a share, and a share by memory is never of nothing. */
  private static boolean isOfUnknownSize(AllocatedDevice device) {
    return device.memory() == 0 && !device.hasCountedShares();
  }

  private static boolean isVf(AllocatedDevice device) {
    return device.type().equals(DeviceType.VF.wireName());
  }

  /** A record that was rebuilt from the GAS does not say it, so it counts as shared. */
  private static boolean isShared(AllocatedDevice device, PreparedClaim claim) {
    return claim.results().isEmpty()
        || claim.results().stream()
            .filter(result -> result.cdiDevices().contains(cdiName(device)))
            .anyMatch(result -> !result.shareId().isEmpty());
  }

  private static String cdiName(AllocatedDevice device) {
    return GpuCdiDevices.KIND.qualifiedName(device.uid());
  }
}
