package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceType;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The kind of devices that claims request or hold, taken together, as the label of a metric. */
public enum DeviceKindLabel {
  GPU,
  VF,
  /** GPUs and VFs. */
  MIXED,
  /** No devices, or devices of a kind that no claim of this driver holds. */
  UNKNOWN;

  public static DeviceKindLabel asked(Collection<PendingClaim> claims) {
    return of(claims.stream().map(claim -> Optional.of(claim.request().type())));
  }

  public static DeviceKindLabel held(Collection<AllocatedDevice> devices) {
    return of(devices.stream().map(device -> DeviceType.fromWireName(device.type())));
  }

  private static DeviceKindLabel of(Stream<Optional<DeviceType>> types) {
    List<Optional<DeviceType>> distinct = types.distinct().toList();
    if (distinct.isEmpty() || distinct.contains(Optional.<DeviceType>empty())) {
      return UNKNOWN;
    }
    return distinct.size() > 1
        ? MIXED
        : switch (distinct.getFirst().orElseThrow()) {
          case GPU -> GPU;
          case VF -> VF;
        };
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
