package com.intel.dra.gpu.nodeagent.state;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * The VFs that this driver made of a GPU.
 *
 * @param profile empty for VFs of others that are being removed
 * @param memoryMiB the least memory of each VF
 * @param verified false while they are being made or removed; if an agent finds it false after a
 *     start, the agent before it died meanwhile, and the VFs may be incomplete
 * @param identity which VFs the record is about, in the form of {@link
 *     com.intel.dra.gpu.sysfs.sriov.VirtualFunctions#identity}: others are not this driver's. Empty
 *     while that is not known yet, and in a record of an earlier version
 */
public record VfHostRecord(String profile, int memoryMiB, boolean verified, String identity) {

  /** Makes a record of VFs whose identity is not known yet. */
  public VfHostRecord(String profile, int memoryMiB, boolean verified) {
    this(profile, memoryMiB, verified, "");
  }

  /**
   * Reads a record. An earlier version wrote no {@code identity}; a record without any other
   * member, or with one of another type, is damaged.
   *
   * @throws IllegalArgumentException if it is
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static VfHostRecord of(JsonNode json) {
    JsonNode profile = json.required("profile");
    JsonNode memoryMiB = json.required("memoryMiB");
    JsonNode verified = json.required("verified");
    JsonNode identity = json.path("identity");
    require(profile.isTextual(), "profile", profile);
    require(memoryMiB.isInt(), "memoryMiB", memoryMiB);
    require(verified.isBoolean(), "verified", verified);
    require(identity.isTextual() || identity.isMissingNode(), "identity", identity);
    return new VfHostRecord(
        profile.asText(), memoryMiB.intValue(), verified.booleanValue(), identity.asText());
  }

  private static void require(boolean isOfItsType, String member, JsonNode value) {
    if (!isOfItsType) {
      throw new IllegalArgumentException("%s is %s".formatted(member, value));
    }
  }

  public VfHostRecord withIdentity(String known) {
    return new VfHostRecord(profile, memoryMiB, verified, known);
  }

  /** Returns whether the VFs that exist now are certainly not those of this record. */
  public boolean isOfOthersThan(String seen) {
    return !identity.isEmpty() && !seen.isEmpty() && !identity.equals(seen);
  }
}
