package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.util.List;

/** What the controller allocated to one claim on a node. */
public record ClaimAllocation(
    @Required @JsonPropertyDescription("The devices that the claim was given.")
        List<AllocatedDevice> gpus,
    @Required
        @JsonPropertyDescription(
            "The UID of the claim's first owner (the Pod of a claim made from a template), else"
                + " empty.")
        String owner) {

  public ClaimAllocation {
    gpus = List.copyOf(gpus);
  }
}
