package com.intel.dra.gpu.controller.cluster;

import com.fasterxml.jackson.databind.util.StdConverter;
import io.fabric8.kubernetes.api.model.resource.v1.Counter;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps one object for all equal values of published devices: most devices of a cluster have the
 * same, and a value takes more memory than its device. The values must not change.
 */
final class SharedValues {

  /** Beyond so many different ones the next ones are kept anew. */
  private static final int MOST = 20_000;

  private static final ConcurrentHashMap<Object, Object> KNOWN = new ConcurrentHashMap<>();

  private SharedValues() {}

  @SuppressWarnings("unchecked") // equal objects of the client's model are of one class
  private static <T> T shared(T value) {
    if (KNOWN.size() >= MOST) {
      KNOWN.clear();
    }
    Object same = KNOWN.putIfAbsent(value, value);
    return same == null ? value : (T) same;
  }

  /** An attribute of a device. */
  static final class OfAttribute extends StdConverter<DeviceAttribute, DeviceAttribute> {
    @Override
    public DeviceAttribute convert(DeviceAttribute attribute) {
      return shared(attribute);
    }
  }

  /** A capacity of a device, with its policy. */
  static final class OfCapacity extends StdConverter<DeviceCapacity, DeviceCapacity> {
    @Override
    public DeviceCapacity convert(DeviceCapacity capacity) {
      return shared(capacity);
    }
  }

  /** A counter, or what a device takes of one. */
  static final class OfCounter extends StdConverter<Counter, Counter> {
    @Override
    public Counter convert(Counter counter) {
      return shared(counter);
    }
  }
}
