package com.intel.dra.gpu.controller.leader;

import com.intel.dra.gpu.api.GpuApi;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.time.ZonedDateTime;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Lease by which the controllers elect their leader, as the election (fabric8 7.5) reads it.
 */
public final class ElectionLease {

  /**
   * Annotation of the Lease: the time at which a controller had to complete it. All controllers can
   * read it.
   */
  static final String MADE_WHOLE = GpuApi.GROUP + "/made-whole";

  private ElectionLease() {}

  /**
   * Returns whether the Lease has all its times. An election that reads a Lease without them ends
   * with an exception.
   */
  public static boolean isWhole(Lease lease) {
    return spec(lease)
        .filter(
            spec ->
                Stream.of(
                        spec.getLeaseDurationSeconds(), spec.getAcquireTime(), spec.getRenewTime())
                    .allMatch(Objects::nonNull))
        .isPresent();
  }

  /**
   * Returns the Lease with all its times: its holder, if any, counts as having renewed it now, and
   * has to renew it again.
   */
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

  /** Returns the time at which a controller completed the Lease last; empty if none ever did. */
  public static Optional<String> madeWhole(Lease lease) {
    return Optional.ofNullable(lease.getMetadata().getAnnotations())
        .map(annotations -> annotations.get(MADE_WHOLE));
  }

  /** Returns whether a running election would take the Lease. */
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
