package com.intel.dra.gpu.selfcheck;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds where the sources of a picture disagree. Pure; a source that was not read is compared with
 * nothing.
 */
public final class Comparison {

  private Comparison() {}

  /** The disagreements in a fixed order, each once. */
  public static List<Disagreement> of(Picture picture) {
    var found = new ArrayList<Disagreement>();
    new PluginComparison(picture, found::add).run();
    new DeviceComparison(picture, found::add).run();
    new VfComparison(picture, found::add).run();
    new ClaimComparison(picture, found::add).run();
    return found.stream().distinct().toList();
  }
}
