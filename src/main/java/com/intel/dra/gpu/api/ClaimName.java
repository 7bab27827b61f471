package com.intel.dra.gpu.api;

import java.util.Optional;
import java.util.regex.Pattern;

/** Namespace and name of a ResourceClaim. As a text, {@code namespace/name}. */
public record ClaimName(String namespace, String name) {

  private static final int MAX_NAMESPACE_LENGTH = 63;
  private static final int MAX_NAME_LENGTH = 253;

  /** RFC 1123, as the API server takes names of namespaces and of objects. */
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]*[a-z0-9])?");

  /** Empty if the text is not one that Kubernetes can have made, and could stand in a path. */
  public static Optional<ClaimName> parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    var read = new ClaimName(text.substring(0, slash), text.substring(slash + 1));
    return read.isOneOfKubernetes() ? Optional.of(read) : Optional.empty();
  }

  private boolean isOneOfKubernetes() {
    return namespace.length() <= MAX_NAMESPACE_LENGTH
        && name.length() <= MAX_NAME_LENGTH
        && NAMESPACE.matcher(namespace).matches()
        && NAME.matcher(name).matches();
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
