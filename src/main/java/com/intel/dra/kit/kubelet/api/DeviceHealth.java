package com.intel.dra.kit.kubelet.api;

import java.time.Instant;

/**
 * The health of a device, which the kubelet shows in the status of the pods that use it.
 *
 * @param poolName the pool of the ResourceSlice that offers the device
 * @param deviceName the device's name in its pool
 * @param determinedAt when the driver last checked the device
 * @param message for people; may be empty, and is cut at 1024 characters
 */
public record DeviceHealth(
    String poolName, String deviceName, Status status, Instant determinedAt, String message) {

  private static final int MAX_MESSAGE_CHARACTERS = 1024;
  private static final String CUT = "...";

  /** The states that the kubelet distinguishes. */
  public enum Status {
    UNKNOWN,
    HEALTHY,
    UNHEALTHY
  }

  public DeviceHealth {
    if (message.length() > MAX_MESSAGE_CHARACTERS) {
      message = message.substring(0, MAX_MESSAGE_CHARACTERS - CUT.length()) + CUT;
    }
  }
}
