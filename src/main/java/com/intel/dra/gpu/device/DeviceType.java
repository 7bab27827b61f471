package com.intel.dra.gpu.device;

import java.util.Arrays;
import java.util.Optional;

/** What a claim asks for and what a node offers: a whole (shareable) GPU or one SR-IOV VF. */
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

  /** The type with that name in the API objects; empty for every other text. */
  public static Optional<DeviceType> fromWireName(String name) {
    return Arrays.stream(values()).filter(type -> type.wireName.equals(name)).findFirst();
  }
}
