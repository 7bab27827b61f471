package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which devices a ResourceClass gives out: those that any term selects. */
public record DeviceClassParametersSpec(
    @JsonPropertyDescription(
            "Terms of which a device must match one; absent or empty: every device.")
        @Size(max = 64)
        List<DeviceSelectorTerm> deviceSelector) {

  /** Takes null, which is how JSON's absent list arrives here, as empty. */
  public DeviceClassParametersSpec(@Nullable List<DeviceSelectorTerm> deviceSelector) {
    this.deviceSelector = deviceSelector == null ? List.of() : List.copyOf(deviceSelector);
  }
}
