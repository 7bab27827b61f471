package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.ClaimName;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The fields of a GAS that are the node agent's. An empty one is not known yet, and the GAS keeps
 * what it has.
 *
 * @param prepared the claims that are prepared
 * @param allocations who was given what; the controller's field in classic DRA, and so empty there
 */
record GasFields(
    Optional<Map<String, AllocatableDevice>> allocatable,
    Optional<Prepared> prepared,
    Optional<Map<String, ClaimAllocation>> allocations,
    String status) {

  /**
   * @param devices by claim UID
   * @param names of those claims, by UID, as the GAS has them; fewer where they have no room
   */
  record Prepared(Map<String, List<AllocatedDevice>> devices, Map<String, String> names) {

    static final Prepared NONE = new Prepared(Map.of(), Map.of());

    /**
     * Of at most 2000 claims with usual names: an object has 1.5 MiB in all, and the rest of it
     * grows with the claims too.
     */
    static final int MAX_NAMES_LENGTH = 256 << 10;

    static Prepared of(Map<String, PreparedClaim> claims) {
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

    /** What a GAS says, as records of claims. Those without a name are of an older agent. */
    static Map<String, PreparedClaim> claims(GpuAllocationStateSpec spec) {
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
