package com.intel.dra.gpu.explain.cel;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The attributes or capacities of a device by domain, as the scheduler shows them: a domain that
 * the device does not have is an empty map, not an error, and is yet not {@code in} the map.
 */
final class DomainMap extends AbstractMap<String, Object> {

  private final Map<String, Object> domains;

  DomainMap(Map<String, Map<String, Object>> domains) {
    var copy = new java.util.LinkedHashMap<String, Object>();
    domains.forEach((domain, values) -> copy.put(domain, Map.copyOf(values)));
    this.domains = Collections.unmodifiableMap(copy);
  }

  /** Whether the device has the domain. */
  boolean has(@Nullable Object domain) {
    return domains.containsKey(domain);
  }

  @Override
  public Object get(@Nullable Object domain) {
    Object values = domains.get(domain);
    return values == null ? Map.of() : values;
  }

  /** The scheduler's macro {@code has} finds each domain. */
  @Override
  public boolean containsKey(@Nullable Object domain) {
    return true;
  }

  @Override
  public Set<Entry<String, Object>> entrySet() {
    return domains.entrySet();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DomainMap map ? domains.equals(map.domains) : domains.equals(other);
  }

  @Override
  public int hashCode() {
    return domains.hashCode();
  }
}
