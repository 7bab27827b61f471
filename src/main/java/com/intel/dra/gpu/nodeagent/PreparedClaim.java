package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.AllocatedDevice;
import java.util.List;

/**
 * A claim whose devices containers of this node may be using.
 *
 * @param namespace for people; empty if the record was rebuilt from the GAS, which knows UIDs alone
 * @param name likewise
 */
public record PreparedClaim(String namespace, String name, List<AllocatedDevice> devices) {

  public PreparedClaim {
    devices = List.copyOf(devices);
  }
}
