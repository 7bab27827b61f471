package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * What a claim requests, as written by the user. It is validated again when it is read, because an
 * older CRD or another tool may have accepted any value.
 *
 * @param memory in MiB per device; absent for no requirement
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GpuClaimParametersSpec(
    @Required
        @JsonPropertyDescription("How many devices the claim asks for: 1 to 8.")
        @ValidationRule(
            value = "self >= 1 && self <= 8",
            message = "count must be 1 to 8 devices; ask for more with further claims")
        @Nullable Integer count,
    @JsonPropertyDescription(
            "Local memory per device in MiB: 8 to 131072 (128 GiB), or 0 or absent for no"
                + " requirement.")
        @ValidationRule(
            value = "self == 0 || self >= 8 && self <= 131072",
            message =
                "memory is in MiB per device and must be 8 to 131072 (128 GiB), or 0 for no"
                    + " requirement")
        @Nullable Integer memory,
    @JsonPropertyDescription(
            "gpu: a whole GPU or a share of one by memory (default). vf: an SR-IOV virtual function"
                + " with memory of its own.")
        @ValidationRule(value = "self in ['gpu', 'vf']", message = "type must be gpu or vf")
        @Nullable String type) {}
