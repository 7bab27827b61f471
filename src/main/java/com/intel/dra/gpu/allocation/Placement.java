package com.intel.dra.gpu.allocation;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All claims fit the node.
 *
 * @param shares what each claim of the call holds, by claim UID; devices in the order of UIDs
 */
public record Placement(String nodeName, Map<String, List<DeviceShare>> shares)
    implements Decision {

  public Placement {
    var copy = new TreeMap<String, List<DeviceShare>>();
    shares.forEach((claimUid, held) -> copy.put(claimUid, List.copyOf(held)));
    shares = Collections.unmodifiableMap(copy);
  }
}
