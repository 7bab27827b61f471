package com.intel.dra.kit.client;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** Compares states of objects. The versions of one kind are numbers that grow over all objects. */
public final class ResourceVersions {

  private ResourceVersions() {}

  /**
   * Whether one state of an object is older than another. Both must come from the API server.
   *
   * @throws NumberFormatException if one of them has no version
   */
  public static boolean isOlder(HasMetadata one, HasMetadata other) {
    return Long.compareUnsigned(number(one), number(other)) < 0;
  }

  /** Whether both are the same state of an object. Both must come from the API server. */
  public static boolean areSame(HasMetadata one, HasMetadata other) {
    return one.getMetadata().getResourceVersion().equals(other.getMetadata().getResourceVersion());
  }

  private static long number(HasMetadata object) {
    return Long.parseUnsignedLong(object.getMetadata().getResourceVersion());
  }
}
