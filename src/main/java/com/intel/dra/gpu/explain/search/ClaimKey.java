package com.intel.dra.gpu.explain.search;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Objects;

/** The name of a claim. */
public record ClaimKey(String namespace, String name) {

  public static ClaimKey of(HasMetadata claim) {
    return new ClaimKey(
        Objects.requireNonNullElse(claim.getMetadata().getNamespace(), ""),
        Objects.requireNonNullElse(claim.getMetadata().getName(), ""));
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
