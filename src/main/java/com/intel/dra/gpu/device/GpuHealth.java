package com.intel.dra.gpu.device;

import java.util.Optional;

/**
 * The state of a GPU or VF according to the kernel's files. They do not show whether a GPU hangs,
 * is too hot or has memory errors, so these states are missing here.
 */
public sealed interface GpuHealth {

  /** The driver is bound, the DRM nodes are there, and no file says otherwise. */
  record Healthy() implements GpuHealth {}

  /**
   * The firmware must be flashed before the GPU can be used again (xe's {@code survivability_mode},
   * since Linux 6.15; discrete GPUs from BMG on).
   */
  record Survivability(Type type) implements GpuHealth {

    /** How the GPU entered this state. */
    public enum Type {
      /** At boot: the driver is loaded without any DRM node. */
      BOOT,
      /** While in use: the DRM nodes exist, and every request to them fails. */
      RUNTIME,
      /** The file exists but does not say how. */
      UNKNOWN
    }
  }

  /** The driver is bound but shows no DRM card: it is still starting, or it failed. */
  record NoDrmNodes() implements GpuHealth {}

  /**
   * The device is not bound to i915 or xe.
   *
   * @param driver the driver that is bound instead; empty if none is bound
   */
  record OtherDriver(Optional<String> driver) implements GpuHealth {}

  /**
   * A file of the device cannot be read, or contains what the kernel never writes.
   *
   * @param why names the file, on one line
   */
  record Unreadable(String why) implements GpuHealth {}

  /** The device existed before and is gone. */
  record Vanished() implements GpuHealth {}

  /** Whether workloads can use the device, as far as the kernel shows. */
  default boolean isHealthy() {
    return this instanceof Healthy;
  }

  /** The reason, for people, without the device's name. */
  default String reason() {
    return switch (this) {
      case Healthy any -> "healthy";
      case Survivability(Survivability.Type type) ->
          switch (type) {
            case BOOT ->
                "in survivability mode since boot: flash its firmware, then reboot the node";
            case RUNTIME ->
                "in survivability mode since an error at run time: flash its firmware, then reboot the node";
            case UNKNOWN -> "in survivability mode: flash its firmware, then reboot the node";
          };
      case NoDrmNodes any ->
          "the driver is bound but shows no drm/card<N>: it is still starting, or it gave up"
              + " (see the kernel log)";
      case OtherDriver(Optional<String> driver) ->
          driver
              .map(name -> "bound to the driver " + name + " and not to i915 or xe")
              .orElse("bound to no driver");
      case Unreadable(String why) -> why;
      case Vanished any -> "the device is gone";
    };
  }
}
