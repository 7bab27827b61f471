package com.intel.dra.gpu.explain.cel;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Attributes with several values (alpha), which the client's model does not know yet. */
final class ListAttribute {

  private ListAttribute() {}

  static Optional<List<Object>> of(DeviceAttribute attribute) {
    Map<String, Object> properties = attribute.getAdditionalProperties();
    for (String name : List.of("ints", "bools", "strings", "versions")) {
      if (properties.get(name) instanceof List<?> values) {
        try {
          return Optional.of(values.stream().map(value -> element(name, (Object) value)).toList());
        } catch (IllegalArgumentException unreadable) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  private static Object element(String name, Object value) {
    return switch (value) {
      case String version when name.equals("versions") -> SemanticVersion.parse(version);
      case Number number -> number.longValue();
      default -> value;
    };
  }
}
