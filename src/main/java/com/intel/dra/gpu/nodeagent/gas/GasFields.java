package com.intel.dra.gpu.nodeagent.gas;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.ClaimName;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The fields of a GAS that belong to the node agent. An empty field is not known yet, and the GAS
 * keeps its value.
 *
 * @param prepared the claims that are prepared
 * @param allocations the devices of each claim; empty in classic DRA, where the field belongs to
 *     the controller
 */
public record GasFields(
    Optional<Map<String, AllocatableDevice>> allocatable,
    Optional<Prepared> prepared,
    Optional<Map<String, ClaimAllocation>> allocations,
    String status) {

  /**
   * @param devices by claim UID
   * @param names the names of those claims, by UID, as the GAS has them; fewer if they do not all
   *     fit
   */
  public record Prepared(Map<String, List<AllocatedDevice>> devices, Map<String, String> names) {

    static final Prepared NONE = new Prepared(Map.of(), Map.of());

    /**
     * Enough for some 2000 claims with usual names. An object may have 1.5 MiB in all, and the rest
     * of it grows with the claims too.
     */
    static final int MAX_NAMES_LENGTH = 256 << 10;

    public static Prepared of(Map<String, PreparedClaim> claims) {
      var devices = new TreeMap<String, List<AllocatedDevice>>();
      var names = new TreeMap<String, String>();
      int length = 0;
      for (var claim : new TreeMap<>(claims).entrySet()) {
        devices.put(claim.getKey(), claim.getValue().devices());
        String name = claim.getValue().claimName().map(ClaimName::toString).orElse("");
        length += claim.getKey().length() + name.length();
        if (!name.isEmpty() && length <= MAX_NAMES_LENGTH) {
          names.put(claim.getKey(), name);
        }
      }
      return new Prepared(devices, names);
    }

    /**
     * Returns the prepared claims of a GAS as records. Claims without a name were written by an
     * older agent.
     */
    public static Map<String, PreparedClaim> claims(GpuAllocationStateSpec spec) {
      var claims = new TreeMap<String, PreparedClaim>();
      spec.prepared()
          .forEach(
              (uid, devices) -> {
                Optional<ClaimName> name =
                    Optional.ofNullable(spec.preparedNames().get(uid)).flatMap(ClaimName::parse);
                claims.put(
                    uid,
                    new PreparedClaim(
                        name.map(ClaimName::namespace).orElse(""),
                        name.map(ClaimName::name).orElse(""),
                        devices));
              });
      return claims;
    }
  }
}
