package com.intel.dra.gpu.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class GasPatchPropertyTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Property(tries = 300)
  void thePatchedGasSaysWhatIsDesiredAndKeepsTheControllersPart(
      @ForAll("states") GpuAllocationState before, @ForAll("fields") GasFields desired) {
    GpuAllocationState after = apply(GasPatch.between(before, desired), before);

    assertThat(after.getSpec().allocatable())
        .isEqualTo(desired.allocatable().orElse(before.getSpec().allocatable()));
    assertThat(after.getSpec().prepared())
        .isEqualTo(
            desired
                .prepared()
                .map(GasFields.Prepared::devices)
                .orElse(before.getSpec().prepared()));
    assertThat(after.getSpec().preparedNames())
        .isEqualTo(
            desired
                .prepared()
                .map(GasFields.Prepared::names)
                .orElse(before.getSpec().preparedNames()));
    assertThat(after.getStatus()).isEqualTo(desired.status());
    assertThat(after.getSpec().resourceClaimAllocations())
        .isEqualTo(desired.allocations().orElse(before.getSpec().resourceClaimAllocations()));
    assertThat(GasPatch.between(after, desired)).as("a second look writes nothing").isEmpty();
  }

  @Provide
  Arbitrary<GpuAllocationState> states() {
    return Combinators.combine(allocatables(), prepared(), names(), allocations(), statuses())
        .as(
            (allocatable, prepared, names, allocations, status) -> {
              GpuAllocationState gas = Fixtures.gas(allocatable, prepared, allocations, status);
              gas.setSpec(
                  new GpuAllocationStateSpec(allocatable, prepared, names, allocations, null)
                      .summarised());
              return gas;
            });
  }

  @Provide
  Arbitrary<GasFields> fields() {
    return Combinators.combine(
            allocatables().optional(),
            Combinators.combine(prepared(), names()).as(GasFields.Prepared::new).optional(),
            allocations().optional(),
            statuses())
        .as(GasFields::new);
  }

  private static Arbitrary<Map<String, AllocatableDevice>> allocatables() {
    return maps("gpu", n -> new AllocatableDevice(n % 2, n * 1024, "0x56c0", "", "gpu", "gpu" + n));
  }

  private static Arbitrary<Map<String, List<AllocatedDevice>>> prepared() {
    return maps("claim", n -> List.of(new AllocatedDevice(n, "", "", "gpu", "gpu" + n)));
  }

  private static Arbitrary<Map<String, String>> names() {
    return maps("claim", n -> "default/claim" + n);
  }

  private static Arbitrary<Map<String, ClaimAllocation>> allocations() {
    return maps(
        "claim",
        n -> new ClaimAllocation(List.of(new AllocatedDevice(n, "", "", "gpu", "g")), "pod" + n));
  }

  private static Arbitrary<String> statuses() {
    return Arbitraries.of("Ready", "NotReady");
  }

  private static <V> Arbitrary<Map<String, V>> maps(String prefix, IntFunction<V> value) {
    return Arbitraries.maps(
            Arbitraries.integers().between(0, 5).map(n -> prefix + n),
            Arbitraries.integers().between(0, 3).map(value::apply))
        .ofMaxSize(5);
  }

  private static GpuAllocationState apply(Optional<String> patch, GpuAllocationState before) {
    if (patch.isEmpty()) {
      return before;
    }
    try {
      JsonNode merged =
          merge(JSON.readTree(Serialization.asJson(before)), JSON.readTree(patch.get()));
      return Serialization.unmarshal(merged.toString(), GpuAllocationState.class);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** RFC 7386, section 2. */
  private static JsonNode merge(JsonNode target, JsonNode patch) {
    if (!(patch instanceof ObjectNode changes)) {
      return patch;
    }
    ObjectNode result =
        target instanceof ObjectNode object ? object.deepCopy() : JSON.createObjectNode();
    changes
        .properties()
        .forEach(
            entry -> {
              if (entry.getValue().isNull()) {
                result.remove(entry.getKey());
              } else {
                result.set(entry.getKey(), merge(result.path(entry.getKey()), entry.getValue()));
              }
            });
    return result;
  }
}
