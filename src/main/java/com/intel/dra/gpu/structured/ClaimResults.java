package com.intel.dra.gpu.structured;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What the scheduler gave to a claim, as far as it concerns one driver and pool. */
public sealed interface ClaimResults {

  /** Nothing, or nothing yet. */
  record NotAllocated() implements ClaimResults {}

  /** Devices, but none of this driver and pool. */
  record NotHere() implements ClaimResults {}

  /**
   * @param results one or more
   */
  record Given(List<Result> results) implements ClaimResults {
    public Given {
      results = List.copyOf(results);
    }
  }

  /**
   * One device for one request.
   *
   * @param request the request's name; that of a subrequest follows a slash
   * @param shareId of a device that is shared
   * @param shareMiB what was charged of its memory, of a device that is shared
   * @param adminAccess whether the claim only looks on
   */
  record Result(
      String request,
      String pool,
      String device,
      Optional<String> shareId,
      Optional<Integer> shareMiB,
      boolean adminAccess) {}

  static ClaimResults of(ResourceClaim claim, String driver, String pool) {
    if (claim.getStatus() == null || claim.getStatus().getAllocation() == null) {
      return new NotAllocated();
    }
    var devices = claim.getStatus().getAllocation().getDevices();
    List<DeviceRequestAllocationResult> all = devices == null ? List.of() : devices.getResults();
    List<Result> here =
        all.stream()
            .filter(result -> driver.equals(result.getDriver()) && pool.equals(result.getPool()))
            .map(ClaimResults::result)
            .toList();
    return here.isEmpty() ? new NotHere() : new Given(here);
  }

  private static Result result(DeviceRequestAllocationResult result) {
    return new Result(
        result.getRequest(),
        result.getPool(),
        result.getDevice(),
        Optional.ofNullable(result.getShareID()),
        Optional.ofNullable(result.getConsumedCapacity())
            .map(consumed -> consumed.get(StructuredApi.MEMORY))
            .filter(Objects::nonNull)
            .map(ClaimResults::roundedUpMiB),
        Boolean.TRUE.equals(result.getAdminAccess()));
  }

  private static int roundedUpMiB(Quantity quantity) {
    return Quantity.getAmountInBytes(quantity)
        .divide(BigDecimal.valueOf(1 << 20), RoundingMode.CEILING)
        .intValueExact();
  }
}
