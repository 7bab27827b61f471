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
import java.util.function.Predicate;
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
    for (String gpu : uids(wanted)) {
      long asked = countedShares(wanted, gpu);
      long used = others.values().stream().mapToLong(other -> countedShares(other, gpu)).sum();
      long total =
          Stream.concat(Stream.of(wanted), others.values().stream())
              .flatMap(claim -> claim.devices().stream())
              .filter(device -> device.uid().equals(gpu) && device.hasCountedShares())
              .mapToLong(AllocatedDevice::totalShares)
              .min()
              .orElse(0);
      if (asked > before.map(known -> countedShares(known, gpu)).orElse(0L)
          && used > 0
          && asked + used > total) {
        return Optional.of(
            "%d shares of device %s cannot be used while other claims use %d of its %d on this node: claims %s; if the pod of one was deleted by force, its containers are still ending, and the next try may succeed"
                .formatted(
                    asked,
                    gpu,
                    used,
                    total,
                    names(others, claim -> countedShares(claim, gpu) > 0)));
      }
    }
    return Optional.empty();
  }

  private static long countedShares(PreparedClaim claim, String gpu) {
    return claim.devices().stream()
        .filter(device -> device.uid().equals(gpu))
        .mapToLong(AllocatedDevice::shares)
        .sum();
  }

  private static String names(
      SortedMap<String, PreparedClaim> claims, Predicate<PreparedClaim> which) {
    return claims.entrySet().stream()
        .filter(claim -> which.test(claim.getValue()))
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
    for (String gpu : uids(wanted)) {
      long asked = shares(wanted, gpu);
      long used = others.values().stream().mapToLong(other -> shares(other, gpu)).sum();
      if (asked > before.map(known -> shares(known, gpu)).orElse(0L)
          && asked + used > Gpu.MAX_SHARES) {
        return Optional.of(
            "%d shares of device %s cannot be used while other claims use %d on this node: a GPU has %d shares at most"
                .formatted(asked, gpu, used, Gpu.MAX_SHARES));
      }
    }
    return Optional.empty();
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

  /**
   * The shares of one GPU, with those of ending containers, may be more than the GPU has. A claim
   * that is prepared already takes nothing more when the kubelet calls again.
   */
  private static Optional<String> tooMuchMemory(
      Optional<PreparedClaim> before,
      PreparedClaim wanted,
      SortedMap<String, PreparedClaim> others,
      Function<String, Optional<Integer>> memoryMiB) {
    for (String gpu : uids(wanted)) {
      long has = memoryMiB.apply(gpu).orElse(0);
      if (wanted.results().isEmpty()) {
        continue; // the controller of classic DRA has counted
      }
      long asked = shareMiB(wanted, gpu);
      if (asked <= before.map(known -> shareMiB(known, gpu)).orElse(0L)) {
        continue;
      }
      long used = others.values().stream().mapToLong(other -> shareMiB(other, gpu)).sum();
      if (has > 0 && used > 0 && asked + used > has) {
        return Optional.of(
            "%d MiB of device %s cannot be used while other claims use %d MiB of its %d MiB on this node: claims %s; if the pod of one was deleted by force, its containers are still ending, and the next try may succeed"
                .formatted(
                    asked, gpu, used, has, names(others, claim -> shareMiB(claim, gpu) > 0)));
      }
    }
    return Optional.empty();
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
