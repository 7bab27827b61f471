package com.intel.dra.gpu.structured;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/**
 * Allocation results that no scheduler writes, but that anyone with the right to write claims can
 * write.
 */
class HostileClaimTest {

  private static final String DRIVER = "gpu.intel.com";
  private static final String POOL = "node1";

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.oneOf(
            Arbitraries.strings().ofMaxLength(20),
            Arbitraries.of("", "../../x", "a\nb", "a//b", "/", "x".repeat(70_000)))
        .injectNull(0.1);
  }

  @Provide
  Arbitrary<DeviceRequestAllocationResult> results() {
    Arbitrary<@Nullable Map<String, Quantity>> consumed =
        Arbitraries.of(
                "0", "-1", "-9Ei", "1", "1Ki", "4Gi", "9Ei", "1e18", "999999999999Ei", "0.5", "1m")
            .map(amount -> Map.of("memory", new Quantity(amount), "shares", new Quantity(amount)))
            .injectNull(0.2)
            .map(map -> map);
    return Combinators.combine(
            texts(),
            texts(),
            Arbitraries.of(DRIVER, "other").injectNull(0.1),
            Arbitraries.of(POOL, "node2").injectNull(0.1),
            texts(),
            consumed)
        .as(HostileClaimTest::result);
  }

  @SuppressWarnings("NullAway") // the API's classes accept null for absent values
  private static DeviceRequestAllocationResult result(
      @Nullable String request,
      @Nullable String device,
      @Nullable String driver,
      @Nullable String pool,
      @Nullable String shareId,
      @Nullable Map<String, Quantity> consumed) {
    var result = new DeviceRequestAllocationResult();
    result.setRequest(request);
    result.setDevice(device);
    result.setDriver(driver);
    result.setPool(pool);
    result.setShareID(shareId);
    result.setConsumedCapacity(consumed);
    return result;
  }

  @Property(tries = 500)
  void isReadAsItIsAndNamesNoDeviceThatIsNotThere(
      @ForAll List<@From("results") DeviceRequestAllocationResult> results) {
    ResourceClaim claim =
        new ResourceClaimBuilder()
            .withNewMetadata()
            .withName("c")
            .endMetadata()
            .withNewStatus()
            .withNewAllocation()
            .withNewDevices()
            .withResults(results)
            .endDevices()
            .endAllocation()
            .endStatus()
            .build();

    long ours =
        results.stream()
            .filter(result -> DRIVER.equals(result.getDriver()) && POOL.equals(result.getPool()))
            .count();
    switch (ClaimResults.of(claim, DRIVER, POOL)) {
      case ClaimResults.Given(List<ClaimResults.Result> given, var _) -> {
        assertThat(given).hasSize((int) ours);
        assertThat(given)
            .allSatisfy(
                result -> {
                  assertThat(result.charge().memoryMiB().orElse(0)).isNotNegative();
                  assertThat(result.charge().shares().orElse(0)).isNotNegative();
                  assertThat(Objects.requireNonNull(result.device())).isNotNull();
                });
      }
      case ClaimResults.NotHere() -> assertThat(ours).isZero();
      case ClaimResults.NotAllocated() -> throw new AssertionError("it has an allocation");
    }
  }
}
