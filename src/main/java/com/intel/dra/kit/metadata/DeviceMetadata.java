package com.intel.dra.kit.metadata;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a container is told of one device.
 *
 * @param pool the pool of the ResourceSlice that offers the device
 * @param name the device's name in its pool
 * @param attributes by name; names without a domain are those of the driver's domain
 */
public record DeviceMetadata(String pool, String name, Map<String, AttributeValue> attributes) {

  public DeviceMetadata {
    attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
  }
}
