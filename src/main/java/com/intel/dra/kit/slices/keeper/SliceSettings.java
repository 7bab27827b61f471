package com.intel.dra.kit.slices.keeper;

import com.intel.dra.kit.slices.pool.ApiNames;

/**
 * The driver and the node that own the slices.
 *
 * @param driverName the driver's name as the kubelet knows it: a DNS subdomain of at most 63
 *     characters
 * @param nodeName the name of the Node object, which must exist
 */
public record SliceSettings(String driverName, String nodeName, SliceTimings timings) {

  /**
   * @throws IllegalArgumentException if the API server would refuse a name
   */
  public SliceSettings {
    if (!ApiNames.isSubdomain(driverName, ApiNames.LONGEST_DRIVER)) {
      throw new IllegalArgumentException(
          "driver name '%s' is not a DNS subdomain of at most %d characters"
              .formatted(driverName, ApiNames.LONGEST_DRIVER));
    }
    if (!ApiNames.isSubdomain(nodeName, ApiNames.LONGEST_SUBDOMAIN)) {
      throw new IllegalArgumentException(
          "node name '%s' is not a DNS subdomain".formatted(nodeName));
    }
  }

  public SliceSettings(String driverName, String nodeName) {
    this(driverName, nodeName, SliceTimings.DEFAULTS);
  }
}
