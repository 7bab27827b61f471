package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The devices that a ResourceClass allows: those that at least one term selects. */
public record DeviceClassParametersSpec(
    @JsonPropertyDescription(
            "Terms of which a device must match one; absent or empty: every device.")
        @Size(max = 64)
        List<DeviceSelectorTerm> deviceSelector) {

  /** Accepts null as empty, because a list that is absent in JSON arrives as null. */
  public DeviceClassParametersSpec(@Nullable List<DeviceSelectorTerm> deviceSelector) {
    this.deviceSelector = deviceSelector == null ? List.of() : List.copyOf(deviceSelector);
  }
}
