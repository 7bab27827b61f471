package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import java.util.List;

/**
 * A device, or a share of one, that a claim holds.
 *
 * @param memory what the claim may use of the device's local memory, in MiB
 * @param shares how many shares of the GPU the claim has; 0 if the GPU is not shared by count
 * @param totalShares how many shares the GPU has in all; 0 likewise
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
    @Required @JsonPropertyDescription("The device's name on its node.") String uid,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        @JsonPropertyDescription(
            "How many shares of the GPU the claim has; absent where the GPU is not shared by count.")
        @Min(0)
        @Max(Integer.MAX_VALUE)
        int shares,
    @JsonProperty("totalshares")
        @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        @JsonPropertyDescription(
            "How many shares the GPU has in all; absent where it is not shared by count.")
        @Min(0)
        @Max(Integer.MAX_VALUE)
        int totalShares) {

  /** A device that is not shared by count. */
  public AllocatedDevice(int memory, String parentUid, String profile, String type, String uid) {
    this(memory, parentUid, profile, type, uid, 0, 0);
  }

  /** Whether it is some of the shares of a GPU, which are counted. */
  public boolean hasCountedShares() {
    return totalShares > 0;
  }

  /**
   * Adds to devices in JSON the members that older versions did not write, for readers that miss
   * none.
   */
  public static void complete(JsonNode devices) {
    for (JsonNode device : devices) {
      if (device instanceof ObjectNode json) {
        for (String later : List.of("shares", "totalshares")) {
          if (!json.has(later)) {
            json.put(later, 0);
          }
        }
      }
    }
  }
}
