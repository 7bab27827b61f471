package com.intel.dra.gpu.nodeagent.state;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * What this driver made of a GPU.
 *
 * @param profile empty for VFs of somebody else that are being removed
 * @param memoryMiB what each VF has at least
 * @param verified false while they are being made or removed: an agent that finds it so has died
 *     meanwhile, and the VFs may be incomplete
 * @param identity which VFs it speaks of, as {@link
 *     com.intel.dra.gpu.sysfs.sriov.VirtualFunctions#identity} says: others are not this driver's.
 *     Empty while that is not known yet, and in a record of an earlier version
 */
public record VfHostRecord(String profile, int memoryMiB, boolean verified, String identity) {

  /** Of VFs of which it is not known yet which they are. */
  public VfHostRecord(String profile, int memoryMiB, boolean verified) {
    this(profile, memoryMiB, verified, "");
  }

  /** An earlier version wrote no {@code identity}; without another member it is damaged. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static VfHostRecord of(JsonNode json) {
    return new VfHostRecord(
        json.required("profile").textValue(),
        json.required("memoryMiB").intValue(),
        json.required("verified").booleanValue(),
        json.path("identity").asText());
  }

  public VfHostRecord withIdentity(String known) {
    return new VfHostRecord(profile, memoryMiB, verified, known);
  }

  /** Whether the VFs that are there now are certainly others than those that it speaks of. */
  public boolean isOfOthersThan(String seen) {
    return !identity.isEmpty() && !seen.isEmpty() && !identity.equals(seen);
  }
}
