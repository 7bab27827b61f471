package com.intel.dra.gpu.selfcheck.look;

import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import java.util.Map;
import java.util.Optional;

/**
 * Reads one node's objects from the API server. Never throws: a result that could not be read says
 * why.
 */
public interface ClusterProbe {

  /** The node's GpuAllocationState; empty if there is none. */
  Observed<Optional<NodeSnapshot.Gas>> gas();

  /**
   * The claims that are allocated to the node. All claims are searched or, if the rights do not
   * allow that, only those that are prepared.
   *
   * @param prepared by UID
   */
  Observed<NodeSnapshot.Claims> claims(Map<String, PreparedClaim> prepared);

  /** The published ResourceSlices of the node's devices. */
  Observed<NodeSnapshot.Slices> slices();
}
