package com.intel.dra.gpu.device;

import java.util.Arrays;
import java.util.Optional;

/**
 * The type of device that a claim requests and a node offers: a whole (shareable) GPU or one SR-IOV
 * VF.
 */
public enum DeviceType {
  GPU("gpu"),
  VF("vf");

  private final String wireName;

  DeviceType(String wireName) {
    this.wireName = wireName;
  }

  /** The name in the API objects: {@code gpu} or {@code vf}. */
  public String wireName() {
    return wireName;
  }

  /** The type with this name in the API objects; empty for any other text. */
  public static Optional<DeviceType> fromWireName(String name) {
    return Arrays.stream(values()).filter(type -> type.wireName.equals(name)).findFirst();
  }
}
