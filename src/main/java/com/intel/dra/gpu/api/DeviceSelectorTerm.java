package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Devices of one type whose model or PCI address matches a pattern. */
public record DeviceSelectorTerm(
    @Required
        @JsonPropertyDescription(
            "A PCI device id (0x56c0), a PCI address (0000:b3:00.0) or a device UID; * stands for"
                + " any text.")
        @Nullable String name,
    @Required
        @JsonPropertyDescription("gpu or vf.")
        @ValidationRule(value = "self in ['gpu', 'vf']", message = "type must be gpu or vf")
        @Nullable String type) {}
