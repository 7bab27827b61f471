package com.intel.dra.gpu.explain.search;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The values of a constraint's attribute that the devices chosen so far have. */
final class ConstraintState {

  private final ClaimDemand.Constraint constraint;
  private final List<Object> values = new ArrayList<>();

  ConstraintState(ClaimDemand.Constraint constraint) {
    this.constraint = constraint;
  }

  /** Adds a device, unless the constraint forbids that. */
  boolean add(Wish wish, OfferedDevice device) {
    if (!constraint.concerns(wish)) {
      return true;
    }
    Optional<Object> value =
        device.attribute(constraint.attribute()).flatMap(ConstraintState::value);
    if (value.isEmpty() || !allows(value.get())) {
      return false;
    }
    values.add(value.get());
    return true;
  }

  private boolean allows(Object value) {
    return values.isEmpty()
        || (constraint.distinct() ? !values.contains(value) : values.getFirst().equals(value));
  }

  /** Takes the device away that was added last. */
  void removeLast(Wish wish) {
    if (constraint.concerns(wish)) {
      values.removeLast();
    }
  }

  private record Version(String text) {}

  /** Returns what an attribute has, for people. */
  static Optional<String> shown(DeviceAttribute attribute) {
    return value(attribute)
        .map(value -> value instanceof Version(var text) ? text : String.valueOf(value));
  }

  private static Optional<Object> value(DeviceAttribute attribute) {
    if (attribute.getString() != null) {
      return Optional.of(attribute.getString());
    }
    if (attribute.getInt() != null) {
      return Optional.of(attribute.getInt());
    }
    if (attribute.getBool() != null) {
      return Optional.of(attribute.getBool());
    }
    return Optional.ofNullable(attribute.getVersion()).map(Version::new);
  }
}
