package com.intel.dra.gpu.selfcheck.compare;

import com.intel.dra.gpu.selfcheck.look.NodeSnapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds where the sources of a picture disagree. Pure; a source that was not read is compared with
 * nothing.
 */
public final class Comparison {

  private Comparison() {}

  /** The disagreements in a fixed order, each once. */
  public static List<Disagreement> of(NodeSnapshot snapshot) {
    var found = new ArrayList<Disagreement>();
    new PluginComparison(snapshot, found::add).run();
    new DeviceComparison(snapshot, found::add).run();
    new VfComparison(snapshot, found::add).run();
    new ClaimComparison(snapshot, found::add).run();
    return found.stream().distinct().toList();
  }
}
