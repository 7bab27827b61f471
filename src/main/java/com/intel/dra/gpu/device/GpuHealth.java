package com.intel.dra.gpu.device;

import java.util.Optional;

/**
 * What the kernel's files say of the state of a GPU or VF. Not told by them, and so not here: a GPU
 * that hangs, is too hot or has memory errors.
 */
public sealed interface GpuHealth {

  /** The driver is bound, the DRM nodes are there, and no file says otherwise. */
  record Healthy() implements GpuHealth {}

  /**
   * The firmware must be flashed before the GPU can be used again (xe's {@code survivability_mode},
   * since Linux 6.15; discrete GPUs from BMG on).
   */
  record Survivability(Type type) implements GpuHealth {

    /** How the GPU got there. */
    public enum Type {
      /** At boot: the driver is loaded without any DRM node. */
      BOOT,
      /** While in use: the DRM nodes are there, and everything asked of them fails. */
      RUNTIME,
      /** The file is there and does not say. */
      UNKNOWN
    }
  }

  /** The driver is bound but shows no DRM card: still starting, or it gave up. */
  record NoDrmNodes() implements GpuHealth {}

  /**
   * Not bound to i915 or xe.
   *
   * @param driver what it is bound to instead; empty for nothing
   */
  record OtherDriver(Optional<String> driver) implements GpuHealth {}

  /**
   * A file of the device cannot be read, or says what the kernel never writes.
   *
   * @param why names the file, on one line
   */
  record Unreadable(String why) implements GpuHealth {}

  /** It was there before and is not any more. */
  record Vanished() implements GpuHealth {}

  /** Whether workloads can use the device, as far as the kernel tells. */
  default boolean isHealthy() {
    return this instanceof Healthy;
  }

  /** For a person to read, without the device's name. */
  default String reason() {
    return switch (this) {
      case Healthy any -> "healthy";
      case Survivability(Survivability.Type type) ->
          switch (type) {
            case BOOT ->
                "in survivability mode since boot: its firmware must be flashed, then rebooted";
            case RUNTIME ->
                "in survivability mode since an error at run time: its firmware must be flashed, then rebooted";
            case UNKNOWN -> "in survivability mode: its firmware must be flashed, then rebooted";
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
