package com.intel.dra.gpu.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.api.GpuAllocationState;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The API server, as far as the controller writes to it and reads past its informers. Every method
 * blocks, and fails with the client's exception where a caller can do no more than try again later.
 */
interface ApiServer {

  /** How a write ended, as far as the writer can do something about it. */
  sealed interface Outcome<T> {

    /** Done; the object as it is now. */
    record Written<T>(T object) implements Outcome<T> {}

    /**
     * Somebody wrote since the version that this write was decided on, or has created the object:
     * decide anew.
     */
    record Conflict<T>() implements Outcome<T> {}

    /** There is no such object any more. */
    record Gone<T>() implements Outcome<T> {}

    /** Writes on if this was written. */
    default Outcome<T> then(Function<T, Outcome<T>> next) {
      return switch (this) {
        case Written<T>(T object) -> next.apply(object);
        case Conflict<T> conflict -> conflict;
        case Gone<T> gone -> gone;
      };
    }
  }

  <T extends HasMetadata> Outcome<T> create(T object);

  /** Writes all but the status, under the object's resourceVersion. */
  <T extends HasMetadata> Outcome<T> update(T object);

  /**
   * Adds our finalizer to the claim, or takes it away, as the given claim has it, under the
   * object's resourceVersion. Those of others stay.
   */
  Outcome<ResourceClaim> updateFinalizers(ResourceClaim claim);

  /** Writes the status alone, under the object's resourceVersion. */
  <T extends HasMetadata> Outcome<T> updateStatus(T object);

  /**
   * Applies a JSON merge patch (RFC 7386).
   *
   * @param node which one; the patch carries the resourceVersion if it was decided on one
   */
  Outcome<GpuAllocationState> mergePatch(GpuAllocationState node, JsonNode patch);

  <T extends HasMetadata> Optional<T> read(Class<T> kind, String namespace, String name);

  /** The objects of all namespaces. */
  <T extends HasMetadata> List<T> list(Class<T> kind);
}
