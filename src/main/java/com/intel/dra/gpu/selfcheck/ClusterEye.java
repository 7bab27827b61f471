package com.intel.dra.gpu.selfcheck;

import com.intel.dra.gpu.nodeagent.PreparedClaim;
import java.util.Map;
import java.util.Optional;

/** Looks at the API server, of one node's objects. Never throws: what was not seen says why. */
public interface ClusterEye {

  /** The node's GpuAllocationState; empty when there is none. */
  Sight<Optional<Picture.Gas>> gas();

  /**
   * The claims that are allocated to the node: of all, or, where only that is allowed, of those
   * that are prepared.
   *
   * @param prepared by UID
   */
  Sight<Picture.Claims> claims(Map<String, PreparedClaim> prepared);

  /** What is published of the node's devices. */
  Sight<Picture.Slices> slices();
}
