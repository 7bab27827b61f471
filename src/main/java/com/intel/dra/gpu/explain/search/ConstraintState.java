package com.intel.dra.gpu.explain.search;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The values of a constraint's attribute that the devices chosen so far have. An attribute with one
 * value is a set of one: devices match if they have a value in common, and are distinct if no two
 * have.
 */
final class ConstraintState {

  /** Attributes with several values (alpha), which the client's model does not know yet. */
  private static final List<String> LISTS = List.of("ints", "bools", "strings", "versions");

  private final ClaimDemand.Constraint constraint;

  /**
   * If they must be distinct, those of each device; else what it has in common with those before.
   */
  private final List<Set<Object>> values = new ArrayList<>();

  ConstraintState(ClaimDemand.Constraint constraint) {
    this.constraint = constraint;
  }

  /** Adds a device, unless the constraint forbids that. */
  boolean add(Wish wish, OfferedDevice device) {
    if (!constraint.concerns(wish)) {
      return true;
    }
    Set<Object> own =
        device.attribute(constraint.attribute()).map(ConstraintState::values).orElse(Set.of());
    if (own.isEmpty()) {
      return false;
    }
    return constraint.distinct() ? addDistinct(own) : addMatching(own);
  }

  private boolean addDistinct(Set<Object> own) {
    if (values.stream().anyMatch(one -> !Collections.disjoint(one, own))) {
      return false;
    }
    values.add(own);
    return true;
  }

  private boolean addMatching(Set<Object> own) {
    var common = new HashSet<>(own);
    if (!values.isEmpty()) {
      common.retainAll(values.getLast());
    }
    if (common.isEmpty()) {
      return false;
    }
    values.add(common);
    return true;
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

  private static Set<Object> values(DeviceAttribute attribute) {
    Map<String, Object> more = attribute.getAdditionalProperties();
    for (String name : LISTS) {
      if (more.get(name) instanceof List<?> list && !list.isEmpty()) {
        return list.stream().map(one -> value(name, one)).collect(Collectors.toSet());
      }
    }
    return value(attribute).map(Set::of).orElse(Set.of());
  }

  private static Object value(String list, Object value) {
    return switch (value) {
      case Number number -> number.longValue();
      case String version when list.equals("versions") -> new Version(version);
      default -> value;
    };
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
