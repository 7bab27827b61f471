package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Whether a claim would use what another claim's containers may still be using. The scheduler lets
 * go of a claim as soon as its pod object is gone, and that may be before the containers are: pods
 * that were deleted by force.
 */
final class DoubleUse {

  private DoubleUse() {}

  /**
   * What stands against the claim; empty when nothing does.
   *
   * @param others the claims that are prepared, by UID; the claim itself may be among them
   */
  static Optional<String> of(String uid, PreparedClaim wanted, Map<String, PreparedClaim> others) {
    for (var other : new TreeMap<>(others).entrySet()) {
      if (other.getKey().equals(uid)) {
        continue;
      }
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

  private static boolean exclude(
      AllocatedDevice device, PreparedClaim claim, AllocatedDevice used, PreparedClaim other) {
    if (device.uid().equals(used.uid())) {
      return isVf(device) || !(isShared(device, claim) && isShared(used, other));
    }
    return parent(device).equals(Optional.of(used.uid()))
        || parent(used).equals(Optional.of(device.uid()));
  }

  private static boolean isVf(AllocatedDevice device) {
    return device.type().equals(DeviceType.VF.wireName());
  }

  private static Optional<String> parent(AllocatedDevice device) {
    return DeviceUid.parse(device.uid()).flatMap(DeviceUid::parent).map(DeviceUid::toString);
  }

  /** Of a record that was rebuilt from the GAS nobody knows: it does not stand in the way. */
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
