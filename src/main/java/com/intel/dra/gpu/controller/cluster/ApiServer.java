package com.intel.dra.gpu.controller.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.api.GpuAllocationState;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The controller's writes to the API server, and its reads that bypass the informers. Every method
 * blocks. It fails with the client's exception where a caller can only try again later.
 */
public interface ApiServer {

  /** How a write ended, as far as the writer can react to it. */
  sealed interface Outcome<T> {

    /**
     * The write was done.
     *
     * @param object the object as it is now
     */
    record Written<T>(T object) implements Outcome<T> {}

    /**
     * Another writer has changed the object since the version that this write was decided on, or
     * has created it: decide again.
     */
    record Conflict<T>() implements Outcome<T> {}

    /** The object does not exist any more. */
    record Gone<T>() implements Outcome<T> {}

    /** Does the next write if this one was done. */
    default Outcome<T> then(Function<T, Outcome<T>> next) {
      return switch (this) {
        case Written<T>(T object) -> next.apply(object);
        case Conflict<T> conflict -> conflict;
        case Gone<T> gone -> gone;
      };
    }
  }

  <T extends HasMetadata> Outcome<T> create(T object);

  /** Writes everything except the status, under the object's resourceVersion. */
  <T extends HasMetadata> Outcome<T> update(T object);

  /**
   * Adds our finalizer to the claim if the given claim has it, and removes it otherwise, under the
   * object's resourceVersion. Finalizers of others stay.
   */
  Outcome<ResourceClaim> updateFinalizers(ResourceClaim claim);

  /** Writes only the status, under the object's resourceVersion. */
  <T extends HasMetadata> Outcome<T> updateStatus(T object);

  /**
   * Applies a JSON merge patch (RFC 7386).
   *
   * @param node the object to patch; the patch carries the resourceVersion if it was decided on one
   */
  Outcome<GpuAllocationState> mergePatch(GpuAllocationState node, JsonNode patch);

  <T extends HasMetadata> Optional<T> read(Class<T> kind, String namespace, String name);

  /** Returns the objects of all namespaces. */
  <T extends HasMetadata> List<T> list(Class<T> kind);
}
