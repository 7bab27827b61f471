package com.intel.dra.gpu.explain.cel;

import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A device as expressions see it. Immutable. */
public final class SelectableDevice {

  private final Map<String, Object> variable;
  private final Optional<String> error;

  private SelectableDevice(Map<String, Object> variable, Optional<String> error) {
    this.variable = variable;
    this.error = error;
  }

  /**
   * Returns a device of a driver. The driver's name is the domain of those attributes and
   * capacities that name none.
   */
  public static SelectableDevice of(String driver, Device device) {
    var attributes = new TreeMap<String, Map<String, Object>>();
    Optional<String> error = Optional.empty();
    for (Map.Entry<String, DeviceAttribute> attribute : device.getAttributes().entrySet()) {
      Optional<Object> value = valueOf(attribute.getValue());
      if (value.isEmpty()) {
        error = Optional.of("attribute " + attribute.getKey() + " has no value that can be read");
        continue;
      }
      put(attributes, driver, attribute.getKey(), value.get());
    }
    var capacity = new TreeMap<String, Map<String, Object>>();
    for (Map.Entry<String, DeviceCapacity> one : device.getCapacity().entrySet()) {
      if (one.getValue().getValue() != null) {
        put(capacity, driver, one.getKey(), Amount.of(one.getValue().getValue()));
      }
    }
    Map<String, Object> variable =
        Map.of(
            "driver",
            driver,
            "allowMultipleAllocations",
            Boolean.TRUE.equals(device.getAllowMultipleAllocations()),
            "attributes",
            new DomainMap(attributes),
            "capacity",
            new DomainMap(capacity));
    return new SelectableDevice(variable, error);
  }

  private static void put(
      Map<String, Map<String, Object>> domains, String driver, String name, Object value) {
    int slash = name.indexOf('/');
    String domain = slash < 0 ? driver : name.substring(0, slash);
    domains
        .computeIfAbsent(domain, unused -> new HashMap<>())
        .put(name.substring(slash + 1), value);
  }

  private static Optional<Object> valueOf(DeviceAttribute attribute) {
    if (attribute.getInt() != null) {
      return Optional.of(attribute.getInt());
    }
    if (attribute.getBool() != null) {
      return Optional.of(attribute.getBool());
    }
    if (attribute.getString() != null) {
      return Optional.of(attribute.getString());
    }
    if (attribute.getVersion() == null) {
      return ListAttribute.of(attribute).map(Object.class::cast);
    }
    try {
      return Optional.of(SemanticVersion.parse(attribute.getVersion()));
    } catch (IllegalArgumentException notVersion) {
      return Optional.empty();
    }
  }

  Map<String, Object> variable() {
    return variable;
  }

  /** Why no expression has a value for this device, if that is so. */
  Optional<String> error() {
    return error;
  }
}
