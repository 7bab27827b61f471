package com.intel.dra.gpu.controller.leader;

import com.intel.dra.gpu.api.GpuApi;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.time.ZonedDateTime;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The Lease that the controllers elect their leader by, as the election (fabric8 7.5) reads it. */
public final class ElectionLease {

  /** On the Lease: when a controller had to make it whole. Every controller can tell by it. */
  static final String MADE_WHOLE = GpuApi.GROUP + "/made-whole";

  private ElectionLease() {}

  /** An election that reads one which is not ends with an exception. */
  public static boolean isWhole(Lease lease) {
    return spec(lease)
        .filter(
            spec ->
                Stream.of(
                        spec.getLeaseDurationSeconds(), spec.getAcquireTime(), spec.getRenewTime())
                    .allMatch(Objects::nonNull))
        .isPresent();
  }

  /** The one whose name is in it, if any, has renewed it just now, and has to do so again. */
  public static Lease whole(Lease lease, ZonedDateTime now) {
    return new LeaseBuilder(lease)
        .editOrNewMetadata()
        .addToAnnotations(MADE_WHOLE, now.toString())
        .endMetadata()
        .editOrNewSpec()
        .withLeaseDurationSeconds((int) ElectionTimes.LEASE_DURATION.toSeconds())
        .withAcquireTime(now)
        .withRenewTime(now)
        .endSpec()
        .build();
  }

  /** When it was made whole last; empty where it never was. */
  public static Optional<String> madeWhole(Lease lease) {
    return Optional.ofNullable(lease.getMetadata().getAnnotations())
        .map(annotations -> annotations.get(MADE_WHOLE));
  }

  /** Whether an election that goes on would take it. */
  public static boolean isFree(Lease lease, ZonedDateTime now) {
    return spec(lease)
        .filter(spec -> spec.getHolderIdentity() != null && !spec.getHolderIdentity().isEmpty())
        .filter(
            spec -> !now.isAfter(spec.getRenewTime().plusSeconds(spec.getLeaseDurationSeconds())))
        .isEmpty();
  }

  private static Optional<LeaseSpec> spec(Lease lease) {
    return Optional.ofNullable(lease.getSpec());
  }
}
