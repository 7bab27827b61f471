package com.intel.dra.gpu.structured;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.OpaqueDeviceConfiguration;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The scheduler's allocation of a claim, as far as it concerns one driver and pool. */
public sealed interface ClaimResults {

  /** The claim is not allocated, or not yet. */
  record NotAllocated() implements ClaimResults {}

  /** The claim has devices, but none of this driver and pool. */
  record NotHere() implements ClaimResults {}

  /**
   * @param results one or more
   * @param configurations opaque parameters for this driver that concern any of the results
   */
  record Given(List<Result> results, List<Configuration> configurations) implements ClaimResults {
    public Given {
      results = List.copyOf(results);
      configurations = List.copyOf(configurations);
    }
  }

  /** The object that contains the parameters. */
  enum Source {
    CLAIM,
    CLASS
  }

  /** The API's name for parameters of a class. */
  String FROM_CLASS = "FromClass";

  /**
   * Opaque parameters for a driver.
   *
   * @param requests the names of the requests that the parameters are for; empty for all
   */
  record Configuration(Source source, List<String> requests) {
    public Configuration {
      requests = List.copyOf(requests);
    }

    private boolean concerns(Result result) {
      return requests.isEmpty()
          || requests.contains(result.request())
          || requests.contains(mainRequest(result.request()));
    }
  }

  private static String mainRequest(String request) {
    int slash = request.indexOf('/');
    return slash < 0 ? request : request.substring(0, slash);
  }

  /**
   * One device for one request.
   *
   * @param request the request's name; the name of a subrequest follows a slash
   * @param shareId set for a device that is shared
   * @param charge what the scheduler charged, for a device that is shared
   * @param adminAccess whether the claim has administrative access, and so does not hold the device
   */
  record Result(
      String request,
      String pool,
      String device,
      Optional<String> shareId,
      PreparableDevice.Charge charge,
      boolean adminAccess) {}

  static ClaimResults of(ResourceClaim claim, String driver, String pool) {
    if (claim.getStatus() == null || claim.getStatus().getAllocation() == null) {
      return new NotAllocated();
    }
    var devices = claim.getStatus().getAllocation().getDevices();
    List<Result> here =
        Stream.ofNullable(devices)
            .flatMap(all -> Stream.ofNullable(all.getResults()))
            .flatMap(List::stream)
            .filter(result -> driver.equals(result.getDriver()) && pool.equals(result.getPool()))
            .map(result -> result(claim, result))
            .toList();
    return here.isEmpty()
        ? new NotHere()
        : new Given(
            here,
            configurations(claim, devices, driver)
                .filter(configuration -> here.stream().anyMatch(configuration::concerns))
                .toList());
  }

  /**
   * The claim's configurations are read from its spec: the scheduler copies them into the status,
   * but without the names of their requests (observed with 1.37).
   */
  private static Stream<Configuration> configurations(
      ResourceClaim claim, DeviceAllocationResult devices, String driver) {
    Stream<Configuration> ofTheClaim =
        Stream.ofNullable(claim.getSpec())
            .flatMap(spec -> Stream.ofNullable(spec.getDevices()))
            .flatMap(asked -> Stream.ofNullable(asked.getConfig()))
            .flatMap(List::stream)
            .filter(configuration -> isFor(driver, configuration.getOpaque()))
            .map(configuration -> configuration(Source.CLAIM, configuration.getRequests()));
    Stream<Configuration> ofItsClasses =
        Stream.ofNullable(devices.getConfig())
            .flatMap(List::stream)
            .filter(configuration -> FROM_CLASS.equals(configuration.getSource()))
            .filter(configuration -> isFor(driver, configuration.getOpaque()))
            .map(configuration -> configuration(Source.CLASS, configuration.getRequests()));
    return Stream.concat(ofTheClaim, ofItsClasses);
  }

  private static boolean isFor(String driver, @Nullable OpaqueDeviceConfiguration opaque) {
    return opaque != null && driver.equals(opaque.getDriver());
  }

  private static Configuration configuration(Source source, @Nullable List<String> requests) {
    return new Configuration(source, requests == null ? List.of() : requests);
  }

  private static Result result(ResourceClaim claim, DeviceRequestAllocationResult result) {
    return new Result(
        Objects.toString(result.getRequest(), ""),
        result.getPool(),
        Objects.toString(result.getDevice(), ""),
        Optional.ofNullable(result.getShareID()),
        new PreparableDevice.Charge(
            consumed(result, StructuredApi.MEMORY).map(ClaimResults::roundedUpMiB),
            consumed(result, StructuredApi.SHARES).map(ClaimResults::roundedUp)),
        Boolean.TRUE.equals(result.getAdminAccess())
            || isForAdminsIn131(claim, Objects.toString(result.getRequest(), "")));
  }

  private static Optional<Quantity> consumed(
      DeviceRequestAllocationResult result, String capacity) {
    return Optional.ofNullable(result.getConsumedCapacity())
        .flatMap(consumed -> Optional.ofNullable(consumed.get(capacity)));
  }

  /**
   * In Kubernetes 1.31 only the request says it, in a member that requests of v1 do not have: there
   * it is below {@code exactly}.
   */
  private static boolean isForAdminsIn131(ResourceClaim claim, String request) {
    return Stream.ofNullable(claim.getSpec())
        .flatMap(spec -> Stream.ofNullable(spec.getDevices()))
        .flatMap(devices -> Stream.ofNullable(devices.getRequests()))
        .flatMap(List::stream)
        .filter(asked -> request.equals(asked.getName()))
        .anyMatch(asked -> Boolean.TRUE.equals(asked.getAdditionalProperties().get("adminAccess")));
  }

  private static int roundedUpMiB(Quantity quantity) {
    return roundedUp(
        Quantity.getAmountInBytes(quantity)
            .divide(BigDecimal.valueOf(1 << 20), RoundingMode.CEILING));
  }

  private static int roundedUp(Quantity quantity) {
    return roundedUp(Quantity.getAmountInBytes(quantity));
  }

  /**
   * Limited to the range of int: larger amounts than any GPU has become the largest int, negative
   * amounts become 0.
   */
  private static int roundedUp(BigDecimal amount) {
    return amount
        .min(BigDecimal.valueOf(Integer.MAX_VALUE))
        .max(BigDecimal.ZERO)
        .setScale(0, RoundingMode.CEILING)
        .intValue();
  }
}
