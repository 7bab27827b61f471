package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.nodeagent.publish.VfChanges.ClaimTimes;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * When a claim was given its devices. The scheduler says so from Kubernetes 1.36 on. Before, the
 * API server says in {@code metadata.managedFields} when it last wrote the allocation or a
 * reservation of the claim. If the claim is reserved for one pod only, both were one write.
 */
final class AllocationTime {

  private AllocationTime() {}

  /**
   * @param claim one that is allocated
   */
  static ClaimTimes of(ResourceClaim claim) {
    return new ClaimTimes(
        time(claim.getMetadata().getCreationTimestamp()),
        time(claim.getStatus().getAllocation().getAllocationTimestamp())
            .or(() -> ofTheLastWrite(claim)));
  }

  private static Optional<Instant> ofTheLastWrite(ResourceClaim claim) {
    if (claim.getStatus().getReservedFor().size() > 1) {
      return Optional.empty();
    }
    return Stream.ofNullable(claim.getMetadata().getManagedFields())
        .flatMap(entries -> entries.stream())
        .filter(AllocationTime::hasTheAllocation)
        .flatMap(entry -> time(entry.getTime()).stream())
        .findFirst();
  }

  private static boolean hasTheAllocation(ManagedFieldsEntry entry) {
    return entry.getFieldsV1() != null
        && entry.getFieldsV1().getAdditionalProperties().get("f:status") instanceof Map<?, ?> status
        && status.containsKey("f:allocation");
  }

  private static Optional<Instant> time(@Nullable String text) {
    try {
      return Optional.ofNullable(text).map(OffsetDateTime::parse).map(OffsetDateTime::toInstant);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
