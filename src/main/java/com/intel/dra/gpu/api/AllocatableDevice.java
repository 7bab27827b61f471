package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import java.util.Objects;

/**
 * A device that a node offers, as an entry of {@code spec.allocatable}.
 *
 * @param sharing how claims share a GPU in structured mode; empty for a VF and in classic mode
 * @param shares how many shares a GPU has; 0 if they are not counted
 * @param rule the rule that a GPU follows; empty if none is for it
 */
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
        String uid,
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @JsonPropertyDescription(
            "How claims share this GPU (structured mode): exclusive, memory, shares, unlimited, or withheld: then no new claim gets it.")
        String sharing,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        @JsonPropertyDescription("How many shares this GPU has; absent where they are not counted.")
        @Min(0)
        @Max(Integer.MAX_VALUE)
        int shares,
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @JsonPropertyDescription(
            "The administrator's rule that this GPU follows; absent: the agent's settings hold.")
        String rule) {

  /** The value of {@code sharing} for a GPU that no new claim gets. */
  public static final String WITHHELD = "withheld";

  /** Accepts null as empty, because texts that are absent in JSON arrive as null. */
  public AllocatableDevice {
    sharing = Objects.requireNonNullElse(sharing, "");
    rule = Objects.requireNonNullElse(rule, "");
  }

  /** A device of which nothing is said about sharing. */
  public AllocatableDevice(
      int maxVfs,
      boolean equalShares,
      int memory,
      String model,
      String parentUid,
      String type,
      String uid) {
    this(maxVfs, equalShares, memory, model, parentUid, type, uid, "", 0, "");
  }

  /** A GPU whose virtual functions can get the memory of their profile, or a virtual function. */
  public AllocatableDevice(
      int maxVfs, int memory, String model, String parentUid, String type, String uid) {
    this(maxVfs, false, memory, model, parentUid, type, uid);
  }
}
