package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/** A device that a node offers, as an entry of {@code spec.allocatable}. */
public record AllocatableDevice(
    @Required
        @JsonProperty("maxvfs")
        @JsonPropertyDescription(
            "How many SR-IOV virtual functions this GPU can be split into; 0 where that is not"
                + " possible.")
        @Min(0)
        @Max(Integer.MAX_VALUE)
        int maxVfs,
    @JsonProperty("equalshares")
        @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        @JsonPropertyDescription(
            "Whether the kernel gives all virtual functions of this GPU the same memory, so that there may be fewer than the profile lists; absent: no.")
        boolean equalShares,
    @Required
        @JsonPropertyDescription("Local memory in MiB; 0 for an integrated GPU.")
        @Min(0)
        @Max(Integer.MAX_VALUE)
        int memory,
    @Required @JsonPropertyDescription("PCI device id, such as 0x56c0.") String model,
    @Required
        @JsonProperty("parentuid")
        @JsonPropertyDescription(
            "The UID of the GPU that a virtual function belongs to, else empty.")
        String parentUid,
    @Required @JsonPropertyDescription("gpu or vf.") String type,
    @Required @JsonPropertyDescription("The device's name on its node, also its CDI device name.")
        String uid) {

  /** A GPU whose virtual functions can get the memory of their profile, or a virtual function. */
  public AllocatableDevice(
      int maxVfs, int memory, String model, String parentUid, String type, String uid) {
    this(maxVfs, false, memory, model, parentUid, type, uid);
  }
}
