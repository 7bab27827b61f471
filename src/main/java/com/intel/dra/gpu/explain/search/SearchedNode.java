package com.intel.dra.gpu.explain.search;

import io.fabric8.kubernetes.api.model.Node;
import java.util.List;

/**
 * What a search on one node goes by.
 *
 * @param pools those of which the node may have devices
 * @param held what claims hold already
 */
public record SearchedNode(
    Node node,
    List<NodePool> pools,
    HeldDevices held,
    Selection selection,
    SchedulerFeatures features) {

  public SearchedNode {
    pools = List.copyOf(pools);
  }
}
