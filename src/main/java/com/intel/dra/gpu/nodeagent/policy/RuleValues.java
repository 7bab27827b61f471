package com.intel.dra.gpu.nodeagent.policy;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuModel;
import com.intel.dra.gpu.device.GpuModels;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.policy.GpuSharing;
import java.util.Locale;
import java.util.Optional;

/** The texts and numbers that a rule may have. */
final class RuleValues {

  static final int MAX_SHARES = Gpu.MAX_SHARES;

  /** No GPU has more, and a slice has room for so many devices. */
  static final int MAX_VFS = 128;

  static final String VFS_REMEDY = "write none or 1 to " + MAX_VFS;

  private RuleValues() {}

  static Optional<PciAddress> pciAddress(String text) {
    return PciAddress.parse(text.toLowerCase(Locale.ROOT));
  }

  static Optional<PciDeviceId> id(String text) {
    return PciDeviceId.parse(text.toLowerCase(Locale.ROOT));
  }

  /** A model that is in no table would never be found, so it is a mistake. */
  static Optional<String> model(String text) {
    return Optional.of(text)
        .filter(model -> model.equals(GpuModel.UNKNOWN) || GpuModels.names().contains(model));
  }

  static Optional<GpuSharing> sharing(String word, GpuSharing.ByMemory byMemory) {
    return switch (word) {
      case "memory" -> Optional.of(byMemory);
      case "exclusive" -> Optional.of(new GpuSharing.Exclusive());
      case "unlimited" -> Optional.of(new GpuSharing.Unlimited());
      default -> Optional.empty();
    };
  }
}
