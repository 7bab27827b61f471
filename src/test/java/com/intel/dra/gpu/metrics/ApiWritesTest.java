package com.intel.dra.gpu.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiWritesTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ApiWrites writes =
      new ApiWrites(Meters.ofController(registry), List.of("ResourceClaim"));

  @ParameterizedTest
  @CsvSource({
    "PUT, /apis/resource.k8s.io/v1alpha2/namespaces/a/resourceclaims/b, 200, ResourceClaim,"
        + " written",
    "PUT, /apis/resource.k8s.io/v1alpha2/namespaces/a/resourceclaims/b/status, 409, ResourceClaim,"
        + " conflict",
    "POST, /api/v1/namespaces/a/events, 201, Event, written",
    "PATCH, /apis/gpu.dra.intel.com/v1alpha/namespaces/a/gpuallocationstates/n, 404,"
        + " GpuAllocationState, not_found",
    "DELETE, /apis/resource.k8s.io/v1/resourceslices/s, 200, ResourceSlice, written",
    "POST, /apis/resource.k8s.io/v1/resourceslices, 422, ResourceSlice, error",
    "PUT, /apis/coordination.k8s.io/v1/namespaces/a/leases/l?fieldManager=x, 500, Lease, error",
    "POST, /api/v1/namespaces, 201, other, written",
    "POST, /, 201, other, written",
  })
  void aWriteCountsByKindAndAnswer(
      String method, String uri, int status, String kind, String result) {
    writes.answered(method, URI.create("https://api:6443" + uri), status);

    assertThat(
            registry
                .get("gpu.dra.api.writes")
                .tags("kind", kind, "result", result)
                .counter()
                .count())
        .isEqualTo(1);
    assertThat(total()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /api/v1/namespaces/a/events",
    "POST, /apis/resource.k8s.io/v1/resourceslices?dryRun=All"
  })
  void readsAndDryRunsAreNoWrites(String method, String uri) {
    writes.answered(method, URI.create("https://api:6443" + uri), 200);

    assertThat(total()).isZero();
  }

  @Test
  void knownKindsAreThereFromTheStart() {
    assertThat(registry.find("gpu.dra.api.writes").counters()).hasSize(4);
  }

  private double total() {
    return registry.find("gpu.dra.api.writes").counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }
}
