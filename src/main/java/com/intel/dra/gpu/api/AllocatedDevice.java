package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/**
 * A device, or a share of one, that a claim holds.
 *
 * @param memory what the claim may use of the device's local memory, in MiB
 */
public record AllocatedDevice(
    @Required
        @JsonPropertyDescription("Local memory given to the claim, in MiB.")
        @Min(0)
        @Max(Integer.MAX_VALUE)
        int memory,
    @Required
        @JsonProperty("parentuid")
        @JsonPropertyDescription(
            "The UID of the GPU that a virtual function belongs to, else empty.")
        String parentUid,
    @Required
        @JsonPropertyDescription(
            "The profile of a virtual function that is yet to be made, else empty.")
        String profile,
    @Required @JsonPropertyDescription("gpu or vf.") String type,
    @Required @JsonPropertyDescription("The device's name on its node.") String uid) {}
